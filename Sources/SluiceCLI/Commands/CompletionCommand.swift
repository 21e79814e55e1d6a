import ArgumentParser

/// `sluice completion SHELL`: the script that makes a shell complete.
struct CompletionCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "completion", abstract: "Prints the completion script of a shell.",
    discussion: """
      bash: sluice completion bash > ~/.local/share/bash-completion/completions/sluice
      zsh:  sluice completion zsh > "${fpath[1]}/_sluice"
      fish: sluice completion fish > ~/.config/fish/completions/sluice.fish
      """)

  @Argument(help: "bash, zsh or fish.")
  var shell: String

  func run() throws {
    guard let shell = CompletionShell(rawValue: shell) else {
      throw UsageError("completion is for bash, zsh or fish, not \(shell)")
    }
    print(SluiceCommand.completionScript(for: shell))
  }
}
