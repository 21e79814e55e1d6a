// A flow's author imports one module: the words that flows are written in come with it.
@_exported public import Essentials
@_exported public import JSON
