"""What the public reports and inspectors find. Owns `report` and `finding`."""
