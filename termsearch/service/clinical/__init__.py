"""A vocabulary as one of NLM's Clinical Tables: its names, its fields, and who matches.

https://clinicaltables.nlm.nih.gov: the shape that autocomplete-lhc and forms built with it ask for.
"""

from termsearch.service.clinical.fields import Found, Row, Value, column, rows
from termsearch.service.clinical.matches import matches
from termsearch.service.clinical.table import Table, filter_of, table_of

__all__ = ["Found", "Row", "Table", "Value", "column", "filter_of", "matches", "rows", "table_of"]
