"""What a scan says: the verdict, the scan page and the verification API. Owns no table."""
