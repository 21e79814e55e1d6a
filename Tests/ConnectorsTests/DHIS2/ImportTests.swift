import Essentials
import FlowKitTesting
import HTTP
import JSON
import Sandbox
import Testing

@testable import Connectors

@Suite("Importing data values") struct ImportTests {
  @Test("A second import finds everything unchanged", arguments: SandboxRelease.allCases)
  func twice(release: SandboxRelease) async throws {
    try await ImportScene.with(release) { scene in
      let count = scene.units.count * 2
      let first = try await scene.server.importValues(scene.values(), options: scene.options())
      #expect(first.created == count && first.total == count)
      let second = try await scene.server.importValues(scene.values(), options: scene.options())
      #expect(second.unchanged == count && second.requests == 0)
      let third = try await scene.server.importValues(scene.values(text: "2"), options: scene.options())
      #expect(third.updated == count && third.created == 0)
    }
  }

  @Test("Values are compared as numbers, and weeks and days under their canonical names")
  func comparison() async throws {
    try await ImportScene.with(.v2_42) { scene in
      let unit = scene.units[0].id
      _ = try await scene.server.importValues([scene.value(unit, "5.0")], options: scene.options())
      let again = try await scene.server.importValues([scene.value(unit, "5")], options: scene.options())
      #expect(again.unchanged == 1)
    }
  }

  @Test(
    "Option combinations of another category combination are refused by all releases, and the others go on",
    arguments: SandboxRelease.allCases)
  func foreignCombos(release: SandboxRelease) async throws {
    try await ImportScene.with(release) { scene in
      let unit = scene.units[0].id
      try await scene.addCombo()
      try await scene.patch(
        "dataElements/\(scene.elements[0])", "/categoryCombo", ["id": .string(ImportScene.combo)])
      func value(_ element: Int, _ combo: String?, _ attribute: String? = nil) -> DataValue {
        DataValue(
          .init(
            dataElement: scene.elements[element], period: "202301", orgUnit: unit, categoryOptionCombo: combo,
            attributeOptionCombo: attribute), value: "1")
      }
      let option = ImportScene.optionCombo
      let receipt = try await scene.server.importValues(
        [
          value(0, option), value(0, nil), value(0, "otherOption"), value(1, nil), value(1, option),
          value(1, nil, option),
        ], options: scene.options())
      #expect(receipt.created == 2 && receipt.total == 6)
      #expect(
        receipt.refusedByReason == [
          .categoryOptionComboRequired: 1, .categoryOptionComboWrong: 2, .attributeOptionComboWrong: 1,
        ])
      #expect(receipt.requests == 1)
      #expect(await scene.sandbox.dataValues().count == 2)
    }
  }

  @Test(
    "Values keep comment and follow-up mark on their way out and in again", arguments: SandboxRelease.allCases
  )
  func marks(release: SandboxRelease) async throws {
    try await ImportScene.with(release) { scene in
      let units = scene.units.prefix(3).map(\.id)
      let marked = [
        DataValue(scene.value(units[0]).key, value: "1", comment: "odd", followUp: true),
        DataValue(scene.value(units[1]).key, value: "2", followUp: true), scene.value(units[2]),
      ].sorted { $0.key < $1.key }
      let receipt = try await scene.server.importValues(marked, options: scene.options())
      #expect(receipt.created == 3)
      var read: [DataValue] = []
      let query = DataValueQuery(dataSet: scene.dataSet, periods: ["202301"], orgUnits: units)
      for try await value in scene.server.values(query) { read.append(value) }
      #expect(read == marked)
    }
  }

  @Test("Texts are compared as texts, in the import and when it is read back")
  func texts() async throws {
    try await ImportScene.with(.v2_42, aggregation: "NONE") { scene in
      try await scene.patch("dataElements/\(scene.elements[0])", "/valueType", "PHONE_NUMBER")
      let unit = scene.units[0].id
      func both(_ text: String) -> [DataValue] { [0, 1].map { scene.value(unit, text, element: $0) } }
      _ = try await scene.server.importValues(both("5"), options: scene.options())
      let left = try await scene.server.differing(both("5.0"), dataSet: scene.dataSet)
      #expect(left.map(\.key.dataElement) == [scene.elements[0]])
      let receipt = try await scene.server.importValues(both("5.0"), options: scene.options())
      #expect(receipt.updated == 1 && receipt.unchanged == 1)
    }
  }

  @Test("A dry run writes nothing and counts the same", arguments: SandboxRelease.allCases)
  func dryRun(release: SandboxRelease) async throws {
    try await ImportScene.with(release) { scene in
      let receipt = try await scene.server.importValues(
        scene.values(), options: scene.options { $0.isDryRun = true })
      #expect(receipt.created == scene.units.count * 2 && receipt.isDryRun)
      #expect(await scene.sandbox.dataValues().isEmpty)
    }
  }

  @Test(
    "Rows that cannot be right are refused alike by all releases, and the others go on",
    arguments: SandboxRelease.allCases)
  func preflightRefusals(release: SandboxRelease) async throws {
    try await ImportScene.with(release) { scene in
      let unit = scene.units[0].id
      let outsider = try #require(scene.sandbox.orgUnits().first { $0.level == 4 }?.id)
      let bad: [(DataValue, ImportReason)] = [
        (scene.value("notAnOrgUnt"), .orgUnitNotFound),
        (scene.value(outsider), .orgUnitNotAssigned),
        (scene.value(unit, period: "2023W5"), .periodTypeWrong),
        (scene.value(unit, period: "202313"), .periodUnreadable),
        (scene.value(unit, period: "209901"), .periodInFuture),
        (scene.value(unit, "1e-7", period: "202302"), .valueInvalid),
        (scene.value(unit, "nan", period: "202303"), .valueInvalid),
        (scene.value(unit, "", period: "202304"), .valueMissing),
        (
          DataValue(.init(dataElement: "notAnElemnt", period: "202301", orgUnit: unit), value: "1"),
          .dataElementNotInDataSet
        ),
      ]
      let good = scene.values()
      let receipt = try await scene.server.importValues(
        bad.map(\.0) + good + [good[0]], options: scene.options())
      #expect(receipt.created == good.count)
      #expect(receipt.refused == bad.count + 1)
      #expect(receipt.total == good.count + bad.count + 1)
      for (value, reason) in bad {
        #expect(receipt.refusals.first { $0.value == value }?.why == reason)
      }
      #expect(receipt.refusedByReason[.duplicate] == 1)
      #expect(await scene.sandbox.dataValues().count == good.count)
    }
  }

  @Test(
    "A user of one region imports and reads there, and is told what lies outside",
    arguments: SandboxRelease.allCases)
  func region(release: SandboxRelease) async throws {
    try await ImportScene.with(release, user: { $0.dhis2RegionalUsername }) { scene in
      try await scene.shareWithAll()
      let user = try await scene.server.currentUser()
      let inside = scene.units.filter { user.covers($0.path) }
      #expect(!inside.isEmpty && inside.count < scene.units.count)
      let receipt = try await scene.server.importValues(scene.values(), options: scene.options())
      #expect(receipt.created == inside.count * 2)
      #expect(receipt.refusedByReason == [.orgUnitOutsideScope: (scene.units.count - inside.count) * 2])
      let again = try await scene.server.importValues(scene.values(), options: scene.options())
      #expect(again.unchanged == inside.count * 2)
      let held = try await scene.server.dataValues(
        dataSet: scene.dataSet, periods: ["202301"], roots: [scene.units[0].root])
      #expect(held.count == inside.count * 2)
    }
  }

  @Test(
    "A superuser who views data of one region imports there up to 2.42, and everywhere from 2.43 on",
    arguments: SandboxRelease.allCases)
  func dataView(release: SandboxRelease) async throws {
    try await ImportScene.with(release, user: { $0.dhis2ViewerUsername }) { scene in
      let view = try #require(try await scene.server.currentUser().viewedOrgUnits.first)
      let seen = release < .v2_43 ? scene.units.filter { $0.path.contains(view) } : scene.units
      let hidden = scene.units.count - seen.count
      #expect(!seen.isEmpty && (hidden > 0) == (release < .v2_43))
      let receipt = try await scene.server.importValues(scene.values(), options: scene.options())
      #expect(receipt.created == seen.count * 2)
      #expect(receipt.refusedByReason == (hidden == 0 ? [:] : [.orgUnitOutsideScope: hidden * 2]))
      let again = try await scene.server.importValues(scene.values(), options: scene.options())
      #expect(again.unchanged == seen.count * 2)
      let held = try await scene.server.dataValues(
        dataSet: scene.dataSet, periods: ["202301"], roots: [scene.units[0].root])
      #expect(held.count == seen.count * 2)
    }
  }

  @Test("A user without the authority, or without the data set, is told before anything is sent")
  func authority() async throws {
    try await ImportScene.with(.v2_42, user: { $0.dhis2GuestUsername }) { scene in
      let error = await #expect(throws: DHIS2Failure.self) {
        try await scene.server.importValues(scene.values(), options: scene.options())
      }
      #expect(error?.kind == .configuration && error?.message.contains("F_DATAVALUE_ADD") == true)
    }
    try await ImportScene.with(.v2_43) { scene in
      let error = await #expect(throws: DHIS2Failure.self) {
        try await scene.server.importValues([], options: ImportOptions(dataSet: "nothingHere"))
      }
      #expect(error?.message.contains("there is no data set nothingHere") == true)
    }
  }

  @Test(
    "Deleting takes away what is there, and leaves no trace of what was not",
    arguments: SandboxRelease.allCases)
  func deletion(release: SandboxRelease) async throws {
    try await ImportScene.with(release) { scene in
      let values = scene.values()
      _ = try await scene.server.importValues(values.dropLast(3), options: scene.options())
      let receipt = try await scene.server.importValues(
        values.map { DataValue($0.key, value: "") }, options: scene.options { $0.strategy = .delete })
      #expect(receipt.deleted == values.count - 3 && receipt.unchanged == 3 && receipt.total == values.count)
      #expect(await scene.sandbox.dataValues().isEmpty)
    }
  }

  @Test(
    "A request that is too large for the proxy is halved until it fits",
    arguments: [SandboxRelease.v2_41, .v2_43])
  func tooLarge(release: SandboxRelease) async throws {
    try await ImportScene.with(release, bodyLimit: 8_000) { scene in
      let values = ["202301", "202302", "202303", "202304"].flatMap { scene.values($0) }
      let receipt = try await scene.server.importValues(
        values, options: scene.options { $0.packs = false })
      #expect(receipt.created == values.count && receipt.requests > 2)
      #expect(await scene.sandbox.requests().contains { $0.status == 413 })
    }
  }

  @Test("Requests are packed, and carry one data set")
  func packed() async throws {
    try await ImportScene.with(.v2_43) { scene in
      let values = scene.values()
      _ = try await scene.server.importValues(values, options: scene.options())
      let request = try #require(
        await scene.sandbox.requests().first { $0.method == "POST" && $0.path.hasSuffix("/dataValueSets") })
      let plain = DataValueRequest(
        server: scene.server, options: scene.options(), namesDataSet: true, followUpKey: "followUp"
      ).body(
        values)
      #expect(request.bodyLength < plain.count / 3)
      #expect(String(decoding: plain.prefix(27), as: UTF8.self) == #"{"dataSet":"SluiceDS001","d"#)
    }
  }

  @Test(
    "What became of a request is found out by reading",
    arguments: SandboxRelease.allCases,
    [SandboxFault.Way.gatewayTimeoutAfterwards, .lostAnswer, .cut, .wrongLength, .status(502), .status(500)])
  func unknownOutcome(release: SandboxRelease, way: SandboxFault.Way) async throws {
    let fault = SandboxFault(path: "/dataValueSets", method: "POST", way: way)
    try await ImportScene.with(release, faults: [fault]) { scene in
      let values = scene.values()
      let receipt = try await scene.server.importValues(values, options: scene.options())
      #expect(receipt.created == values.count && receipt.total == values.count)
      #expect(receipt.unknownOutcomes == 1)
      #expect(await scene.sandbox.dataValues().count == values.count)
    }
  }

  @Test("A busy server is asked again when it wants to be")
  func busy() async throws {
    let faults = [
      SandboxFault(path: "/dataValueSets", method: "POST", way: .tooManyRequests(retryAfter: 17)),
      SandboxFault(path: "/dataValueSets", method: "POST", way: .status(503)),
    ]
    try await ImportScene.with(.v2_42, faults: faults) { scene in
      let receipt = try await scene.server.importValues(scene.values(), options: scene.options())
      #expect(receipt.created == scene.units.count * 2 && receipt.requests == 3)
      #expect(receipt.unknownOutcomes == 0)
      #expect(scene.clock.waits.contains(.seconds(17)))
    }
  }

  @Test("A server that never answers ends the import as a passing failure")
  func neverAnswers() async throws {
    let fault = SandboxFault(path: "/dataValueSets", method: "POST", way: .status(502), times: 50)
    try await ImportScene.with(.v2_42, faults: [fault]) { scene in
      let error = await #expect(throws: DHIS2Failure.self) {
        try await scene.server.importValues(scene.values(), options: scene.options { $0.attempts = 3 })
      }
      #expect(error?.kind == .transient)
      let sent = await scene.sandbox.requests().count {
        $0.method == "POST" && $0.path.hasSuffix("/dataValueSets")
      }
      #expect(sent == 3)
    }
  }

  @Test(
    "Whatever goes wrong on the way, every value is counted once", arguments: SandboxRelease.allCases, 1...6)
  func reconciles(release: SandboxRelease, seed: Int) async throws {
    var random = Numbers(state: UInt64(seed))
    let ways: [SandboxFault.Way] = [
      .cut, .lostAnswer, .wrongLength, .gatewayTimeoutAfterwards, .status(500), .status(502), .status(503),
      .tooManyRequests(retryAfter: 1),
    ]
    let faults = (0..<5).map { _ in
      SandboxFault(path: "/dataValueSets", method: "POST", way: ways[random.below(ways.count)])
    }
    try await ImportScene.with(release, faults: faults) { scene in
      var values: [DataValue] = []
      for unit in scene.units {
        for element in 0...1 {
          switch random.below(6) {
          case 0: values.append(scene.value(unit.id, "1e9", element: element))
          case 1:
            values.append(
              scene.value("notAnOrgUnt", "1", element: element, period: "2023\(10 + random.below(3))"))
          default: values.append(scene.value(unit.id, "\(random.below(50))", element: element))
          }
        }
      }
      // Some are there already, some of them with another number.
      let before = values.filter { $0.value != "1e9" && $0.key.orgUnit != "notAnOrgUnt" }.prefix(20)
      _ = try await scene.server.importValues(
        before.map { DataValue($0.key, value: random.below(2) == 0 ? $0.value : "77") },
        options: scene.options {
          $0.chunk.start = 7; $0.chunk.least = 3
        })
      let receipt = try await scene.server.importValues(
        values,
        options: scene.options {
          $0.chunk.start = 7; $0.chunk.least = 3
        })
      #expect(receipt.total == values.count)
      let held = await scene.sandbox.dataValues()
      let taken = Set(
        values.filter { value in
          held.contains {
            $0.orgUnit == value.key.orgUnit && $0.dataElement == value.key.dataElement
              && value.hasValue($0.value)
          }
        }.map(\.key))
      #expect(receipt.created + receipt.updated + receipt.unchanged == taken.count)
      #expect(receipt.refused == values.count - taken.count)
      #expect(receipt.refused == receipt.refusedByReason.values.reduce(0, +))
    }
  }

  @Test("The receipt as JSON adds up, and its list of refusals is bounded")
  func receiptJSON() async throws {
    try await ImportScene.with(.v2_42) { scene in
      let values =
        scene.values() + (0..<30).map { scene.value("missingUni\($0 % 10)", period: "20\(10 + $0 / 10)01") }
      let receipt = try await scene.server.importValues(
        values, options: scene.options { $0.mostRefusals = 10 })
      let json = receipt.json
      let parts = ["created", "updated", "unchanged", "refused", "zero_dropped", "deleted"]
      #expect(json["sent"]?.integer == parts.compactMap { json[$0]?.integer }.reduce(0, +))
      #expect(json["refusals"]?.array?.count == 10 && json["refusals_left_out"]?.integer == 20)
      #expect(json["refused_by_reason"]?["orgUnitNotFound"]?.integer == 30)
    }
  }

  @Test("Background imports come to the same receipt", arguments: SandboxRelease.allCases)
  func background(release: SandboxRelease) async throws {
    try await ImportScene.with(release) { scene in
      let receipt = try await scene.server.importValues(
        scene.values(), options: scene.options { $0.isAsync = true })
      #expect(receipt.created == scene.units.count * 2 && receipt.unknownOutcomes == 0)
    }
  }

  @Test("A sequence is imported as it comes")
  func stream() async throws {
    try await ImportScene.with(.v2_43) { scene in
      let values = scene.values("202301") + scene.values("202302")
      let stream = AsyncStream<DataValue> { continuation in
        for value in values { continuation.yield(value) }
        continuation.finish()
      }
      let receipt = try await scene.server.importValues(stream, options: scene.options())
      #expect(receipt.created == values.count)
    }
  }
}

/// Numbers that look random and are the same each time (SplitMix64).
struct Numbers {
  var state: UInt64

  mutating func below(_ limit: Int) -> Int {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return Int((mixed ^ (mixed >> 31)) % UInt64(limit))
  }
}
