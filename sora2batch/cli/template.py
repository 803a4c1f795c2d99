"""The manifest that ``sora2batch init`` writes."""

from __future__ import annotations

MANIFEST = """\
# A batch of videos. `sora2batch plan FILE` shows every job and the price and sends nothing;
# `sora2batch run FILE --simulate` tries it for nothing; `sora2batch run FILE` does it, after it has asked.
# `sora2batch schema manifest > manifest.schema.json` gives your editor completion with this line:
#   yaml-language-server: $schema=manifest.schema.json
version: 1

# The tool of every group; `sora2batch tools` lists them with their prices.
tool: sora2-image-to-video-api

# Required: without a budget nothing is spent.
budget:
  max_credits: 2520

# Words for your templates, written {{ brand }}.
vars:
  brand: Aurora

# What every job sends unless its group says otherwise.
defaults:
  input:
    mode: std # std: 420 credits, pro: 2,100
    duration: 10 # seconds: 10 or 15
    aspect_ratio: 16:9 # or 9:16

jobs:
  hero: # a group; its matrix makes 2 x 3 = 6 jobs, hero/fox/slow-pan and so on
    matrix:
      subject:
        - { id: fox, noun: a red fox, image: https://samples.sora2batch.example/fox.jpg }
        - { id: owl, noun: an owl, image: https://samples.sora2batch.example/owl.jpg }
      camera: [slow pan, dolly in, crane up]
      # exclude:
      #   - { subject: owl, camera: crane up }
    # repeat: 2 # two takes of every job
    input:
      prompt: "{{ camera | capitalize }} on {{ subject.noun }} at dusk. {{ brand }} campaign."
      image: "{{ subject.image }}" # replace the sample pictures: SJinn must be able to fetch yours

run:
  concurrency: 8 # tasks open at once
  poll_interval: 10 # seconds

output:
  dir: out
  filename: "{{ job.key }}" # .mp4, .jpg and so on follow by themselves
"""
