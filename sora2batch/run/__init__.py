"""A plan is carried out: submit, poll, download; every step on disk before it is acted on."""
