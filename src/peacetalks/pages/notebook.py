"""How values of lower rooms are shown in a notebook; imported with the public name `outlook`."""

from peacetalks.forecasting.outlook import Outlook
from peacetalks.pages.forecast_page import fragment

Outlook._repr_html_ = fragment
