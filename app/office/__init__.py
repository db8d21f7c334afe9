"""The Department's pages that span slices. Owns no table."""
