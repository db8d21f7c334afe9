"""Products, their pictures, standards and OCOP certificates.

Owns `product`, `product_standard`, `product_picture` and `ocop_certificate`. A product belongs
to one entity for good; it is retired, never deleted.
"""
