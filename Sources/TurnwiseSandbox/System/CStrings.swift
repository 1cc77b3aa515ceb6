internal import Glibc
internal import TurnwiseCore

/// An array of C strings with a null pointer at its end.
final class CStrings {
  let pointers: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
  private let count: Int

  init(_ strings: [String]) {
    count = strings.count
    pointers = .allocate(capacity: count + 1)
    for (index, string) in strings.enumerated() {
      (pointers + index).initialize(to: strdup(string))
    }
    (pointers + count).initialize(to: nil)
  }

  deinit {
    for index in 0..<count { free(pointers[index]) }
    pointers.deallocate()
  }

  /// The address of a string, as an argument of a system call.
  subscript(index: Int) -> Int { Int(bitPattern: pointers[index]) }
}

extension String {
  /// Calls `body` with the bytes of the string and a NUL.
  ///
  /// Unlike `withCString`, it keeps the type of the error.
  func withCStringThrowing<R, E: Error>(_ body: (UnsafePointer<CChar>) throws(E) -> R) throws(E)
    -> R
  {
    let result: Result<R, E> = withCString { bytes in
      do throws(E) { return .success(try body(bytes)) } catch { return .failure(error) }
    }
    return try result.get()
  }
}

/// Calls `body` with a path, which must end with a NUL.
func withPath<R>(_ path: [UInt8], _ body: (UnsafePointer<CChar>) -> R) -> R {
  path.withUnsafeBufferPointer { path in
    path.withMemoryRebound(to: CChar.self) { path in
      guard let start = path.baseAddress else { mistake("A path ends with a NUL.") }
      return body(start)
    }
  }
}
