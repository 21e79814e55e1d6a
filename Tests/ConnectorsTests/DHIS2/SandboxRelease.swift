import Sandbox

/// The sandbox's release, which has the same name as the connector's version.
typealias SandboxRelease = DHIS2Version
