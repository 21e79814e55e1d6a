import JSON

/// A shell script as a command of a deployment.
func shell(_ script: String, _ more: JSONObject = [:]) -> JSONObject {
  var variables: JSONObject = ["command": .string("/bin/sh -c '\(script)'")]
  for (key, value) in more { variables[key] = value }
  return variables
}

/// A command that goes on until somebody ends it: no test waits for it. Not for ever, so that a test process which crashes
/// leaves nothing behind for good.
let endless = "sleep 600"
