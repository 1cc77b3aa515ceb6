internal import Foundation

extension Sandbox {
  /// Where bubblewrap must be.
  public static let launcherPath = Launch.launcher

  /// What bubblewrap says of its version, such as `bubblewrap 0.8.0`; nil where it says nothing.
  public static func launcherVersion() -> String? {
    let process = Process()
    process.executableURL = URL(filePath: launcherPath)
    process.arguments = ["--version"]
    let output = Pipe()
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return nil }
    let said = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    let line = String(decoding: said, as: UTF8.self).split(separator: "\n").first
    return process.terminationStatus == 0 ? line.map(String.init) : nil
  }
}
