"""Traceability stamps, electronic diaries and a public look-up for OCOP products."""
