internal import Foundation

/// The reason of a system error in plain words, such as why a file could not be written.
package enum SystemReason {
  /// Returns the words for an error number, such as `No space left on device`.
  package static func words(_ number: Int32) -> String { String(cString: strerror(number)) }

  /// Returns the words for an error of Foundation: those of the underlying system error, if there is one.
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
