/// A system call filter in the form in which the kernel takes it: a length and an address.
final class FilterProgram {
  private let instructions: UnsafeMutableBufferPointer<UInt8>
  private let header: UnsafeMutablePointer<Int>

  /// The address of the header.
  var address: Int { Int(bitPattern: header) }

  init(notifiesHost: Bool) {
    let program = SyscallFilter.program(notifiesHost: notifiesHost)
    instructions = .allocate(capacity: program.count)
    _ = instructions.initialize(from: program)
    header = .allocate(capacity: 2)
    header[0] = program.count / SyscallFilter.instructionBytes
    header[1] = Int(bitPattern: instructions.baseAddress)
  }

  deinit {
    instructions.deallocate()
    header.deallocate()
  }
}
