/// The version of this program: in `sluice version`, the User-Agent, and the record of where numbers come from.
public enum SluiceVersion {
  public static let text = "0.1.0"
}
