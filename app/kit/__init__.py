"""The ground every slice stands on: database, errors, web, pages, paging, languages.

Knows nothing of OCOP and owns no table.
"""
