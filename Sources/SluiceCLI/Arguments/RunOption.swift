/// The options of `sluice run` that are no parameters of the flow.
enum RunOption: String, CaseIterable {
  case parameter = "-p"
  case parameterFile = "--params"
  case sandbox = "--sandbox"
  case blocks = "--blocks"
  case json = "--json"
  case logLevel = "--log-level"
  case help = "--help"

  var usage: String {
    switch self {
    case .parameter: "-p <name=json>"
    case .parameterFile: "--params <file>"
    case .blocks: "--blocks <folder>"
    case .logLevel: "--log-level <level>"
    case .help: "-h, --help"
    case .sandbox, .json: rawValue
    }
  }

  var help: String {
    switch self {
    case .parameter: "A parameter as JSON, or as plain text where that is no JSON"
    case .parameterFile: "A JSON document of parameters; - is the standard input"
    case .sandbox: "Run on built-in stand-ins for DHIS2, the Climate Data Store and GitHub"
    case .blocks: "The folder of block documents (default: blocks)"
    case .json: "Print state, result, artifacts and record of the run as one JSON document"
    case .logLevel: "debug, info (default), warning or error"
    case .help: "Show this help"
    }
  }

  /// Whether the option is followed by a value.
  var takesValue: Bool {
    switch self {
    case .parameter, .parameterFile, .blocks, .logLevel: true
    case .sandbox, .json, .help: false
    }
  }
}
