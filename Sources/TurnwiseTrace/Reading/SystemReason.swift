internal import Foundation

/// Why the system refused something, in one plain sentence: a file that could not be written, a folder
/// that could not be made.
package enum SystemReason {
  /// The words of an error number, such as `No space left on device`.
  package static func words(_ number: Int32) -> String { String(cString: strerror(number)) }

  /// The words of an error that Foundation threw; what the system said, where it said something.
  package static func words(_ error: any Error) -> String {
    var next: NSError? = error as NSError
    while let inner = next {
      if inner.domain == NSPOSIXErrorDomain, let number = Int32(exactly: inner.code) {
        return words(number)
      }
      next = inner.userInfo[NSUnderlyingErrorKey] as? NSError
    }
    return error is CocoaError ? error.localizedDescription : "\(error)"
  }
}
