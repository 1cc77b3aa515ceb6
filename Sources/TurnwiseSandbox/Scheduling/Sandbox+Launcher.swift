internal import Foundation

extension Sandbox {
  /// Where bubblewrap must be.
  public static let launcherPath = Launch.launcher

  /// What bubblewrap says of its version, such as `bubblewrap 0.8.0`; nil where it says nothing.
  ///
  /// Foundation's `Process` fails where few descriptors are allowed, which would look like a missing
  /// program.
  public static func launcherVersion() -> String? {
    guard let output = popen("exec \(launcherPath) --version 2>/dev/null", "r") else { return nil }
    var buffer = [CChar](repeating: 0, count: 256)
    let line = fgets(&buffer, Int32(buffer.count), output).map { String(cString: $0) }
    guard pclose(output) == 0 else { return nil }
    return line.map { $0.trimmingCharacters(in: .whitespacesAndNewlines) }
  }
}
