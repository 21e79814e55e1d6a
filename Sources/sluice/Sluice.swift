import Flows
import SluiceCLI

@main
struct Sluice {
  static func main() async { await SluiceProgram.main(flows: Flows.all) }
}
