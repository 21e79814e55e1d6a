import Sandbox

/// The sandbox's idea of a version, told from the connector's.
typealias SandboxVersion = DHIS2Version
