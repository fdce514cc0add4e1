"""How values of lower rooms are shown in a notebook; imported with the public name `outlook`."""

from peacetalks.forecasting.outlook import Outlook
from peacetalks.pages.render import table_html

Outlook._repr_html_ = table_html
