/// The kinds of metadata objects that the sandbox keeps, with the constraints of DHIS2's database (contract 2.5, 3.3).
struct MetadataType: Sendable, Hashable {
  let plural: String
  /// The Java class without its package.
  let name: String
  let package: String
  /// The middle of the authority to write it, as in `F_DATAELEMENT_PUBLIC_ADD`; nil where only a superuser may.
  let authority: String?
  let properties: [String]
  let required: [String]
  let unique: [String]
  /// Longest texts.
  let lengths: [String: Int]

  var klass: String { "org.hisp.dhis.\(package).\(name)" }

  private init(
    _ plural: String, _ name: String, package: String, authority: String? = nil, properties: [String],
    required: [String] = ["name"], unique: [String] = ["code"]
  ) {
    self.plural = plural
    self.name = name
    self.package = package
    self.authority = authority
    self.properties =
      [
        "id", "code", "name", "created", "lastUpdated", "createdBy", "sharing", "translations",
        "attributeValues",
      ] + properties
    self.required = required
    self.unique = unique
    lengths = ["name": 230, "shortName": 50, "code": 50]
  }

  static let organisationUnits = MetadataType(
    "organisationUnits", "OrganisationUnit", package: "organisationunit", authority: "F_ORGANISATIONUNIT_ADD",
    properties: [
      "shortName", "description", "level", "path", "parent", "openingDate", "closedDate", "geometry",
      "comment",
      "featureType", "leaf", "children", "ancestors", "organisationUnitGroups",
    ], required: ["name", "shortName", "openingDate"])
  static let organisationUnitLevels = MetadataType(
    "organisationUnitLevels", "OrganisationUnitLevel", package: "organisationunit", properties: ["level"],
    required: ["name", "level"], unique: ["level"])
  static let organisationUnitGroups = MetadataType(
    "organisationUnitGroups", "OrganisationUnitGroup", package: "organisationunit",
    authority: "F_ORGUNITGROUP_PUBLIC_ADD", properties: ["shortName", "organisationUnits"],
    required: ["name", "shortName"], unique: ["name", "shortName", "code"])
  static let dataElements = MetadataType(
    "dataElements", "DataElement", package: "dataelement", authority: "F_DATAELEMENT_PUBLIC_ADD",
    properties: [
      "shortName", "formName", "description", "valueType", "domainType", "aggregationType",
      "zeroIsSignificant",
      "categoryCombo", "optionSet", "url", "aggregationLevels", "style",
    ], required: ["name", "shortName", "valueType", "domainType", "aggregationType"],
    unique: ["name", "shortName", "code"])
  static let dataSets = MetadataType(
    "dataSets", "DataSet", package: "dataset", authority: "F_DATASET_PUBLIC_ADD",
    properties: [
      "shortName", "formName", "description", "periodType", "dataSetElements", "organisationUnits",
      "categoryCombo",
      "openFuturePeriods", "expiryDays", "timelyDays", "dataInputPeriods", "openPeriodsAfterCoEndDate",
      "mobile",
      "version", "formType",
    ], required: ["name", "shortName", "periodType"], unique: ["shortName", "code"])
  static let dataElementGroups = MetadataType(
    "dataElementGroups", "DataElementGroup", package: "dataelement",
    authority: "F_DATAELEMENTGROUP_PUBLIC_ADD",
    properties: ["shortName", "dataElements", "description"], required: ["name", "shortName"],
    unique: ["name", "shortName", "code"])
  static let categoryCombos = MetadataType(
    "categoryCombos", "CategoryCombo", package: "category",
    properties: ["isDefault", "categories", "categoryOptionCombos", "dataDimensionType", "skipTotal"],
    unique: ["name", "code"])
  static let categories = MetadataType(
    "categories", "Category", package: "category", properties: ["shortName", "categoryOptions"],
    unique: ["name", "code"])
  static let categoryOptions = MetadataType(
    "categoryOptions", "CategoryOption", package: "category", properties: ["shortName"],
    unique: ["name", "code"])
  static let categoryOptionCombos = MetadataType(
    "categoryOptionCombos", "CategoryOptionCombo", package: "category",
    properties: ["categoryCombo", "categoryOptions"])
  static let users = MetadataType("users", "User", package: "user", properties: ["username"])
  /// Parts of objects that are none themselves, such as `dataSetElements`.
  static let other = MetadataType("", "", package: "", properties: [])

  /// What org units have from their place in the tree and from other objects: nobody writes it.
  static let derivedOfOrgUnits: Set<String> = [
    "level", "path", "leaf", "children", "ancestors", "organisationUnitGroups",
  ]

  /// In the order in which an import takes them, so that references within a bundle resolve.
  static let all = [
    organisationUnits, organisationUnitLevels, organisationUnitGroups, categoryOptions, categories,
    categoryCombos,
    categoryOptionCombos, dataElements, dataElementGroups, dataSets, users,
  ]

  static let byPlural = Dictionary(uniqueKeysWithValues: all.map { ($0.plural, $0) })

  /// What the objects under a property are.
  static let ofProperty: [String: MetadataType] = [
    "parent": organisationUnits, "children": organisationUnits, "ancestors": organisationUnits,
    "organisationUnit": organisationUnits, "organisationUnits": organisationUnits,
    "organisationUnitGroups": organisationUnitGroups,
    "dataElement": dataElements, "dataElements": dataElements, "dataSet": dataSets, "dataSets": dataSets,
    "categoryCombo": categoryCombos, "categoryCombos": categoryCombos, "category": categories,
    "categories": categories, "categoryOptions": categoryOptions,
    "categoryOptionCombos": categoryOptionCombos,
    "createdBy": users,
  ]

  static func == (left: MetadataType, right: MetadataType) -> Bool { left.plural == right.plural }
  func hash(into hasher: inout Hasher) { hasher.combine(plural) }
}
