"""Values as people read them: terminal, HTML, charts, CSV, JSON Schemas."""
