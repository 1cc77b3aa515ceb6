import Testing

/// What every sandbox for agents must do, however it is implemented.
///
/// The promises are those of Inspect's check of its sandboxes (inspect_ai, `_sandbox/self_check.py`), as far
/// as they apply: here a command has no standard input and one user, and files are read and written as parts
/// of a ``Workspace``.
@Suite struct ContractTests {
  private static let cases = ContractCase.files + ContractCase.commands + ContractCase.output

  @Test(arguments: cases)
  func `holds`(_ contract: ContractCase) async throws { try await contract.check() }

  @Test func `promises no less than it did`() {
    #expect(Set(Self.cases.map(\.promise)).count == 79)
  }
}
