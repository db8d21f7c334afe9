"""What is seen outside: reports from the public, findings of inspectors.

Tables: report, finding, finding_photo, finding_closing. A report is followed by its reference
alone; a finding is never changed. What either is about is a kind and an id, so that no higher slice
is needed here.
"""
