"""Words in pictures, in every script: fonts of the machine, shaped by HarfBuzz; what none has is spelled."""
