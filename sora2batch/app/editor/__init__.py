"""The schema by which editors know manifests: their structure, and what each tool takes."""
