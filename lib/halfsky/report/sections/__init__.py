"""What a page shows, one file a topic: chart, table and sentences of it together.

Every public function takes a view and hands on blocks (report.blocks). Where nothing is known it
gives one note that says what is missing, never an empty table.
"""
