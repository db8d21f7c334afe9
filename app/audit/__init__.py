"""Who did what when.

Owns `audit_event`, insert-only, its `seq` in the order of commits. One action, `record`;
the actor is an id and a label in plain values, since accounts lie above.
"""
