"""OCOP subjects: companies, cooperatives, households.

Owns `entity`. Representative, phone and personal tax codes are private: they never leave
for the public unless their consent flag says so.
"""
