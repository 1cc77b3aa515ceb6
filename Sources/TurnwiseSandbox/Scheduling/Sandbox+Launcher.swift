internal import Foundation

extension Sandbox {
  /// The path at which bubblewrap must be installed.
  public static let launcherPath = SandboxLayout.launcher

  /// Returns the version that bubblewrap prints, such as `bubblewrap 0.8.0`; nil if it prints none.
  public static func launcherVersion() -> String? {
    // Foundation's `Process` fails if few descriptors are allowed, as if the program were missing.
    guard let output = popen("exec \(launcherPath) --version 2>/dev/null", "r") else { return nil }
    var buffer = [CChar](repeating: 0, count: 256)
    let line = fgets(&buffer, Int32(buffer.count), output).map { String(cString: $0) }
    guard pclose(output) == 0 else { return nil }
    return line.map { $0.trimmingCharacters(in: .whitespacesAndNewlines) }
  }
}
