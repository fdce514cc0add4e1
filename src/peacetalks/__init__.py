"""What can we expect from these peace negotiations?"""
