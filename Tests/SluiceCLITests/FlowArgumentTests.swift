import FlowKit
import Testing

@testable import SluiceCLI

private enum Mode: String, CaseIterable, ParameterChoice { case append, replace }

private struct Corner: ParameterGroup {
  @Parameter("North") var north = 0.0
  init() {}
}

private struct Example: Flow {
  static let name = "example"
  static let summary = "Has parameters."
  @Parameter("Level", .range(1...10)) var orgUnitLevel = 2
  @Parameter("Names") var names = ["a"]
  @Parameter("Numbers") var numbers: [Int]? = nil
  @Parameter("Month") var from: CalendarMonth? = nil
  @Parameter("Share") var share = 0.5
  @Parameter("Mode") var mode = Mode.append
  @Parameter("Dry run") var dryRun = false
  @Parameter("Corner") var corner: Corner? = nil
  @Parameter("Text") var text: String
  init() {}
  func run(_ run: FlowRun) async throws -> Int { 0 }
}

@Suite("The command line of a run") struct FlowArgumentTests {
  private func parse(_ arguments: String..., file: String = "") throws -> FlowArguments {
    try FlowArguments(arguments, for: FlowDescription(of: Example.self), readFile: { _ in Array(file.utf8) })
  }

  @Test("Options are read by the types of the schema")
  func types() throws {
    let options = try parse(
      "--org-unit-level", "3", "--names", "x,y", "--numbers=1,2", "--from", "2024-01", "--share", "1",
      "--mode", "replace", "--text", "5")
    #expect(
      options.parameters == [
        "org_unit_level": 3, "names": ["x", "y"], "numbers": [1, 2], "from": "2024-01", "share": 1.0,
        "mode": "replace", "text": "5",
      ])
  }

  @Test("The parameter's own spelling works as well as the option's")
  func spelling() throws { #expect(try parse("--org_unit_level=4").parameters == ["org_unit_level": 4]) }

  @Test("A list that is given several times grows, and may be JSON")
  func lists() throws {
    #expect(try parse("--names", "x", "--names", #"["y,z"]"#).parameters == ["names": ["x", "y,z"]])
    #expect(try parse("--names", "").parameters == ["names": []])
  }

  @Test("A flag is true, false or negated")
  func flags() throws {
    #expect(try parse("--dry-run").parameters == ["dry_run": true])
    #expect(try parse("--dry-run", "false", "--text", "x").parameters == ["dry_run": false, "text": "x"])
    #expect(try parse("--dry-run=true").parameters == ["dry_run": true])
    #expect(try parse("--no-dry-run").parameters == ["dry_run": false])
  }

  @Test("A group is a JSON object")
  func groups() throws {
    #expect(try parse("--corner", #"{"north": 5}"#).parameters == ["corner": ["north": 5]])
    #expect(try parse("--corner", "null").parameters == ["corner": nil])
    let description = try FlowDescription(of: Example.self)
    #expect(description.parameters.first { $0.name == "corner" }?.schema.types == ["object", "null"])
  }

  @Test("null clears what may be null")
  func null() throws { #expect(try parse("--from", "null").parameters == ["from": nil]) }

  @Test("-p takes JSON, or text where that is no JSON")
  func pairs() throws {
    #expect(
      try parse("-p", "names=[\"q\"]", "-p", "text=a=b", "-p", "share=0.25").parameters == [
        "names": ["q"], "text": "a=b", "share": 0.25,
      ])
  }

  @Test("The command line lies over the parameter file, wherever it is named")
  func file() throws {
    let options = try parse(
      "--text", "mine", "--params", "f.json", file: #"{"text": "theirs", "share": 0.1}"#)
    #expect(options.parameters == ["text": "mine", "share": 0.1])
    #expect(throws: UsageError.self) { try parse("--params", "f.json", file: "[1]") }
    #expect(throws: UsageError.self) { try parse("--params", "f.json", file: "{") }
  }

  @Test("A value of the wrong type is left for the schema to refuse")
  func wrongType() throws {
    #expect(try parse("--org-unit-level", "three").parameters == ["org_unit_level": "three"])
  }

  @Test("What is not known is refused with what is")
  func unknown() throws {
    let error = #expect(throws: UsageError.self) { try parse("--levle", "3") }
    #expect(
      error?.message.contains("unknown option --levle of example; known are --org-unit-level, --names")
        == true)
    #expect(throws: UsageError.self) { try parse("stray") }
    #expect(throws: UsageError.self) { try parse("--text") }
    #expect(throws: UsageError.self) { try parse("--sandbox=yes") }
    #expect(throws: UsageError.self) { try parse("--log-level", "loud") }
  }

  @Test("The options of the run itself are told from parameters")
  func runOptions() throws {
    let options = try parse("--sandbox", "--json", "--blocks", "b", "--log-level", "debug", "-h")
    #expect(options.usesSandbox && options.printsJSON && options.wantsHelp)
    #expect(options.blockFolder == "b")
    #expect(options.logLevel == .debug)
    #expect(options.parameters.isEmpty)
  }

  @Test("The help lists every parameter with its bounds and default")
  func help() throws {
    let text = FlowHelp(try FlowDescription(of: Example.self)).text
    #expect(
      text.hasPrefix(
        """
        Has parameters.

        USAGE: sluice run example [--parameter value ...] [options]

        PARAMETERS:
          --org-unit-level <integer>  Level (1 to 10) (default: 2)
          --names <value,...>         Names (default: a)
          --numbers <value,...>       Numbers
          --from <string>             Month
          --share <number>            Share (default: 0.5)
          --mode <string>             Mode: append, replace (default: append)
          --dry-run, --no-dry-run     Dry run (default: false)
          --corner <object>           Corner
          --text <string>             Text (required)

        OPTIONS:
        """), "\(text)")
  }
}

@Suite("The file .env") struct EnvironmentFileTests {
  @Test("Lines, quotes and comments are read as shells do")
  func parse() throws {
    let text = """
      # comment
      A=1
      export B = "two # \\"words\\"\\n"
      C='single $x \\n'
      D=bare # comment
      E=
      URL=http://x/#fragment
      """
    #expect(
      try ProgramEnvironment.parse(text) == [
        "A": "1", "B": "two # \"words\"\n", "C": "single $x \\n", "D": "bare", "E": "",
        "URL": "http://x/#fragment",
      ])
  }

  @Test("A broken line is named", arguments: ["just words", "1A=x", "A=\"open"])
  func broken(text: String) {
    let error = #expect(throws: Misconfiguration.self) { try ProgramEnvironment.parse("X=1\n\(text)") }
    #expect(error?.message.hasPrefix(".env, line 2: ") == true)
  }
}
