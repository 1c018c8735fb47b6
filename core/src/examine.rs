//! From files to a Case: every room of core, in the order data flows through them.

use crate::amend;
use crate::bounds::{self, Bounds, Gauge};
use crate::certificate;
use crate::crypto::{self, PrivateKey};
use crate::evidence::{Document, Evidence};
use crate::intake::{self, Supplied};
use crate::log::{self, Log};
use crate::mask;
use crate::recorded::{self, Record};
use crate::saml::messages::Decoded;
use crate::saml::metadata::{self, Holding};
use crate::seal::Sealer;
use crate::secrets;
use crate::sources::Sources;
use crate::{judgement, participants, repair, saml, snapshot, story};
use diag_products::{Products, Proven};
use diag_sdk::case::JudgedBy;
use diag_sdk::case::attempt::AttemptKind;
use diag_sdk::case::expectation::Expectation;
use diag_sdk::case::input::{BrokenDocument, Crossed, HeldBy, Input, InputKind, Trouble};
use diag_sdk::case::judgement::Part;
use diag_sdk::case::message::Message;
use diag_sdk::case::metadata::Metadata;
use diag_sdk::case::sp_configuration::HeldMetadata;
use diag_sdk::case::witness::Witness;
use diag_sdk::{Case, Need, Place};
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What is to be examined, and how.
pub struct Request<'a> {
    /// The files.
    pub files: Vec<Supplied<'a>>,
    /// Validate every byte of captures.
    pub strict: bool,
    /// The entity that is meant, of an aggregate of many.
    pub entity: Option<String>,
    /// Judge at this time instead of the capture's own.
    pub at: Option<Timestamp>,
    /// The current time, for configuration without a capture. Core has no clock of its own.
    pub now: Timestamp,
    /// Private keys of the service provider, to decrypt assertions with.
    pub keys: Vec<PrivateKey>,
    /// What is known of products.
    pub products: Arc<Products>,
    /// Texts that stand in place of documents, by their numbers: how the case would be with them changed.
    pub amended: BTreeMap<usize, Vec<u8>>,
    /// Captures are left out: configuration alone is judged.
    pub without_captures: bool,
    /// What is the most that is read, kept and judged.
    pub bounds: Bounds,
    /// What whoever asks expects of the sign-in.
    pub expectations: Vec<Expectation>,
    /// Response headers whose values are kept, in lower case, beyond those that product files name.
    pub headers: BTreeSet<String>,
}

impl<'a> Request<'a> {
    /// A request with nothing but files; the clock stands at the epoch.
    pub fn new(files: Vec<Supplied<'a>>) -> Self {
        Self {
            files,
            strict: false,
            entity: None,
            at: None,
            now: Timestamp::UNIX_EPOCH,
            keys: Vec::new(),
            products: Products::builtin(),
            amended: BTreeMap::new(),
            without_captures: false,
            bounds: Bounds::default(),
            expectations: Vec::new(),
            headers: BTreeSet::new(),
        }
    }
}

/// The Case, and the texts its places point into.
#[derive(Debug)]
pub struct Examination {
    /// The facts.
    pub case: Case,
    /// The texts, secrets blotted out.
    pub sources: Sources,
    /// The metadata documents as they were handed in, for repairs.
    pub documents: Vec<repair::Document>,
    /// The exports of configuration as they were handed in, for changes.
    pub exports: Vec<amend::Export>,
    /// Hashes of the messages by their ids, by which records of copies name them.
    pub hashes: BTreeMap<String, String>,
    /// Records that came with the files.
    pub records: Vec<Record>,
}

/// Reads, decodes, verifies and joins everything into one Case.
pub fn examine(request: Request<'_>, progress: &mut dyn FnMut(intake::Progress)) -> Examination {
    let products = Arc::clone(&request.products);
    let options = intake::Options { strict: request.strict, bounds: request.bounds };
    let (mut evidence, unread) = intake::read_but_aggregates(request.files, &options, progress);
    for (document, bytes) in request.amended {
        if let Some(document) = evidence.documents.get_mut(document) {
            document.bytes = bytes;
        }
    }
    if request.without_captures {
        evidence.exchanges.clear();
        evidence.documents.retain(|document| !is_witness(document.kind));
    }
    story::once(&mut evidence);
    story::order(&mut evidence);
    let sealer = Sealer::new(seed(&evidence));
    let mut sources = Sources::default();
    let mut case = Case { schema: diag_sdk::SCHEMA.to_owned(), ..Case::default() };
    case.inputs = std::mem::take(&mut evidence.inputs);
    case.removed_by_exporter = evidence.removed_by_exporter();

    let (mut collected, too_many) = secrets::Collected::of(&mut evidence, options.bounds.secrets);
    if let Some(input) = too_many {
        evidence.cross("secrets", options.bounds.secrets, Some(&input));
    }
    case.expectations = request.expectations;
    let headers = request.headers.iter().map(String::as_str).chain(products.headers()).collect();
    case.exchanges =
        story::exchanges(&evidence, &products, &sealer, &headers, &collected.phrases());
    let (mut decoded, beyond) = saml::messages::read_within(&evidence, &sealer, &options.bounds);
    for (word, input) in beyond {
        evidence.cross(word, options.bounds.get(word).unwrap_or_default(), input.as_deref());
    }
    for export in evidence.documents.iter().filter(|document| is_export(document.kind)) {
        collected.export(&intake::encoding::text(&export.bytes));
    }
    let known = collected.known(decoded.iter().map(|message| message.xml.as_str()));
    let asked = Asked {
        entity: request.entity.as_deref(),
        now: request.at.unwrap_or(request.now),
        bounds: &options.bounds,
    };
    let (held, names) =
        read_documents(&evidence, &products, &sealer, (&decoded, &asked), &mut case, &mut sources);
    read_aggregates(unread, &names, &asked, &mut case, &mut sources);
    for message in &decoded {
        sources.add_xml(&message.facts.id, &message.xml);
    }
    case.messages = decoded.iter().map(|message| message.facts.clone()).collect();
    snapshot::join::relevant(&mut case, &products);
    // Which keys may have signed what depends on what was joined.
    for word in crypto::judge(&mut decoded, &case, &options.bounds) {
        evidence.cross(word, options.bounds.get(word).unwrap_or_default(), None);
    }
    case.has_decryption_key = !request.keys.is_empty();
    for unveiled in crypto::decrypt(&mut decoded, &case, &request.keys, &sealer) {
        sources.add_xml(&unveiled.id, &unveiled.text);
    }
    let records = recorded::read(
        evidence
            .records
            .iter()
            .chain(decoded.iter().filter_map(|one| one.record.as_ref()))
            .map(String::as_str),
    );
    case.has_decryption_key |= recorded::apply(&mut decoded, &case, &records);
    note_records(&mut case, &records);
    let hashes = recorded::hashes(&decoded);
    case.messages = decoded.into_iter().map(|message| message.facts).collect();
    mask::note(&mut case);
    participants::read_codes(&mut case, &products);
    story::complete(&mut case, &evidence, &products);
    participants::introduce(&mut case, &products);
    judgement::judge(&mut case, &products, &options.bounds);
    case.crossed.splice(0..0, std::mem::take(&mut evidence.crossed));
    (case.judged_at, case.judged_by) = moment(&case, request.at, request.now);
    // Everything is understood: from here on nobody needs what lets somebody in.
    secrets::case::blot(&mut case, &known, &sealer);
    sources.blot(&known);
    let exports = exports(&evidence.documents);
    let documents = documents(evidence.documents, held, &case);
    Examination { case, sources, documents, exports, hashes, records }
}

/// It tells what happened, not what is set.
fn is_witness(kind: InputKind) -> bool {
    matches!(
        kind,
        InputKind::SamlMessage | InputKind::ProxyLog | InputKind::ServerLog | InputKind::PastedText
    )
}

/// It says what is set, in members with names.
fn is_export(kind: InputKind) -> bool {
    matches!(
        kind,
        InputKind::Application
            | InputKind::ServicePrincipal
            | InputKind::Virtualproxyconfig
            | InputKind::Proxyservice
            | InputKind::SamlClient
    )
}

/// The exports whose fields product files know.
fn exports(documents: &[Document]) -> Vec<amend::Export> {
    let known = |document: &Document| {
        matches!(
            document.kind,
            InputKind::Application | InputKind::ServicePrincipal | InputKind::Virtualproxyconfig
        )
    };
    let export = |(number, document): (usize, &Document)| amend::Export {
        document: number,
        input: document.input.clone(),
        kind: document.kind,
        text: intake::encoding::text(&document.bytes).into_owned(),
    };
    documents.iter().enumerate().filter(|(_, document)| known(document)).map(export).collect()
}

/// Says of a case with records that it is a copy, and since when.
fn note_records(case: &mut Case, records: &[Record]) {
    let Some(on) = records.iter().map(|record| record.on.as_str()).max() else { return };
    let day: String = on
        .chars()
        .filter(|character| character.is_ascii_digit() || *character == '-')
        .take(10)
        .collect();
    let note = format!(
        "A copy whose secrets were taken out on {day}: signatures are judged as recorded then, not verified here"
    );
    let kind = |input: &&mut Input| matches!(input.kind, InputKind::Har | InputKind::SamlMessage);
    if let Some(input) = case.inputs.iter_mut().find(kind) {
        input.notes.push(note);
    }
}

/// What whoever asks says of the question.
struct Asked<'a> {
    /// `--entity`.
    entity: Option<&'a str>,
    /// The moment at which configuration is judged.
    now: Timestamp,
    /// What is the most that is read.
    bounds: &'a Bounds,
}

/// Says that bounds were crossed in an input.
fn cross(
    case: &mut Case,
    words: impl IntoIterator<Item = &'static str>,
    bounds: &Bounds,
    input: &str,
) {
    for word in words {
        let most = bounds.get(word).unwrap_or_default();
        let crossed = bounds::crossed(word, most, Some(input));
        let known = |known: &Crossed| known.bound == word && known.input == crossed.input;
        if !case.crossed.iter().any(known) {
            case.crossed.push(crossed);
        }
    }
}

/// Documents other than captures: exports, metadata (also inside exports), certificates. What is held
/// inside exports is returned, and the names of whoever takes part.
fn read_documents(
    evidence: &Evidence,
    products: &Products,
    sealer: &Sealer,
    (decoded, asked): (&[Decoded], &Asked<'_>),
    case: &mut Case,
    sources: &mut Sources,
) -> (Vec<snapshot::HeldDocument>, BTreeSet<String>) {
    let bounds = asked.bounds;
    let exports = snapshot::read(&evidence.documents, bounds);
    for (word, input) in exports.crossed {
        cross(case, [word], bounds, &input);
    }
    for (input, note) in exports.notes {
        if let Some(input) = case.inputs.iter_mut().find(|known| known.id == input) {
            input.notes.push(note);
        }
    }
    case.registrations = exports.registrations;
    case.sp_configurations = exports.sp_configurations;
    case.proxies = exports.proxies;
    case.key_stores = exports.key_stores;
    let (witnesses, longer) = logs(evidence, products, sealer, bounds);
    case.witnesses = witnesses;
    for input in longer {
        cross(case, ["lines"], bounds, &input);
    }
    quote_pasted(case);

    let names: BTreeSet<String> = match asked.entity {
        Some(entity) => BTreeSet::from([entity.to_owned()]),
        None => entity_ids(case, decoded),
    };
    let mut summaries: Vec<(String, String)> = Vec::new();
    let is_wanted = |entity_id: &str| names.contains(entity_id);
    let wanted: metadata::Wanted<'_> = if names.is_empty() { None } else { Some(&is_wanted) };
    // Certificates first: a signature of metadata may need them.
    for document in
        evidence.documents.iter().filter(|document| document.kind == InputKind::Certificate)
    {
        let place = Place { input: document.input.clone(), ..Place::default() };
        let most = Gauge::new(bounds.certificates);
        case.certificates.extend(certificate::read_within(&document.bytes, &place, &most));
        cross(case, most.crossed().then_some("certificates"), bounds, &document.input);
    }
    for document in &evidence.documents {
        let place = Place { input: document.input.clone(), ..Place::default() };
        match document.kind {
            InputKind::Metadata => {
                let text = metadata::text_of(&document.bytes).text;
                sources.add_metadata(&document.input, &text);
                let origin = case.file_of(&document.input).to_owned();
                let holding =
                    Holding { place, held_by: document.held_by, configuration: None, origin };
                let gauges = metadata::Gauges::new(bounds);
                if let Some(summary) = metadata::summary(&text, asked.now) {
                    // Of thousands of entities only those that somebody asks about are read.
                    let read = metadata::read_within(
                        &document.bytes,
                        &holding,
                        Some(wanted.unwrap_or(&|_| false)),
                        &gauges,
                    );
                    summaries.push((
                        document.input.clone(),
                        summary.sentence(read.0.len(), asked.entity),
                    ));
                    add_metadata(case, &text, read);
                } else {
                    let read = metadata::read_within(&document.bytes, &holding, wanted, &gauges);
                    add_metadata(case, &text, read);
                }
                cross(case, gauges.crossed(), bounds, &document.input);
            }
            InputKind::Certificate
            | InputKind::Har
            | InputKind::Sketch
            | InputKind::SamlMessage
            | InputKind::ProxyLog
            | InputKind::ServerLog
            | InputKind::PastedText
            | InputKind::Unrecognised => {}
            _ => sources.add_json(&document.input, &intake::encoding::text(&document.bytes)),
        }
    }
    for (input, sentence) in summaries {
        if let Some(input) = case.inputs.iter_mut().find(|known| known.id == input) {
            input.about = Some(sentence);
        }
    }
    for held in &exports.held_metadata {
        let id = held_id(held);
        let text = metadata::text_of(&held.bytes).text;
        sources.add_metadata(&id, &text);
        let place = Place { message: Some(id), ..held.place.clone() };
        let holding = Holding {
            place,
            held_by: HeldBy::Sp,
            configuration: Some(held.configuration.clone()),
            origin: held.origin.clone(),
        };
        let gauges = metadata::Gauges::new(bounds);
        let read = metadata::read_within(&held.bytes, &holding, None, &gauges);
        cross(case, gauges.crossed(), bounds, &held.place.input);
        let trouble = read.1.first().map(|broken| broken.trouble);
        if let Some(configuration) =
            case.sp_configurations.iter_mut().find(|known| known.id == held.configuration)
        {
            configuration.idp_metadata = match trouble {
                None => HeldMetadata::Read,
                Some(Trouble::Empty) => HeldMetadata::Missing,
                Some(_) => HeldMetadata::Unreadable,
            };
            configuration.idp_metadata_trouble = trouble;
        }
        if trouble != Some(Trouble::Empty) {
            add_metadata(case, &text, read);
        }
    }
    (exports.held_metadata, names)
}

/// What is said of a large aggregate that is signed.
const UNTRIED: &str =
    "It is signed; that was not verified, since only those who take part were read of it";

/// Large aggregates, last of all: only now it is known who takes part.
fn read_aggregates(
    unread: Vec<intake::Unread<'_>>,
    names: &BTreeSet<String>,
    asked: &Asked<'_>,
    case: &mut Case,
    sources: &mut Sources,
) {
    let is_wanted = |entity_id: &str| names.contains(entity_id);
    for intake::Unread { input, held_by, reader } in unread {
        let narrowed = metadata::narrow_within(reader, Some(&is_wanted), asked.now, asked.bounds);
        sources.add_metadata(&input, &narrowed.text);
        let place = Place { input: input.clone(), ..Place::default() };
        let holding = Holding {
            place,
            held_by,
            configuration: None,
            origin: case.file_of(&input).to_owned(),
        };
        let wanted: metadata::Wanted<'_> =
            if narrowed.summary.is_large() { Some(&is_wanted) } else { None };
        let gauges = metadata::Gauges::new(asked.bounds);
        let (mut entities, broken) =
            metadata::read_within(narrowed.text.as_bytes(), &holding, wanted, &gauges);
        cross(case, narrowed.crossed.into_iter().chain(gauges.crossed()), asked.bounds, &input);
        for entity in &mut entities {
            entity.entities_in_document = narrowed.summary.entities;
            entity.signature_untried = narrowed.signed && entity.signatures.is_empty();
        }
        if let Some(input) = case.inputs.iter_mut().find(|known| known.id == input) {
            if narrowed.summary.is_large() {
                input.about = Some(narrowed.summary.sentence(entities.len(), asked.entity));
            }
            if narrowed.signed {
                input.notes.push(UNTRIED.to_owned());
            }
            input.notes.extend(
                narrowed.failure.map(|failure| format!("Could not be read to its end: {failure}")),
            );
        }
        add_metadata(case, &narrowed.text, (entities, broken));
    }
}

/// What the logs say, each line with its time, and the inputs that have more such lines than are kept.
fn logs(
    evidence: &Evidence,
    products: &Products,
    sealer: &Sealer,
    bounds: &Bounds,
) -> (Vec<Witness>, Vec<String>) {
    let latest = evidence.exchanges.iter().filter_map(|exchange| exchange.started).max();
    let (mut witnesses, mut longer) = (Vec::new(), Vec::new());
    for document in &evidence.documents {
        if document.kind == InputKind::PastedText {
            let text = intake::encoding::text(&document.bytes);
            // A page that was saved says what a person saw of it.
            witnesses.extend(if text.trim_start().starts_with('<') {
                let seen = story::seen_of_page(&text);
                log::pasted::read(&document.input, &seen.text, &|at| seen.line(at), products)
            } else {
                let line =
                    |at: usize| text.get(..at).map_or(1, |before| before.matches('\n').count() + 1);
                log::pasted::read(&document.input, &text, &line, products)
            });
            continue;
        }
        let proven = match document.kind {
            // Such a form has one product's log and no other's.
            InputKind::ProxyLog => products
                .whose(Need::ProxyLog)
                .map(|(product, _)| products.only(&product.id))
                .unwrap_or_default(),
            InputKind::ServerLog => Proven::default(),
            _ => continue,
        };
        let text = intake::encoding::text(&document.bytes);
        let most = Gauge::new(bounds.lines);
        witnesses.extend(log::read(
            &Log { input: &document.input, text: &text, proven, sealer, latest, most: &most },
            products,
        ));
        longer.extend(most.crossed().then(|| document.input.clone()));
    }
    (witnesses, longer)
}

/// A text that states something known is read as such; any other was only prose.
fn quote_pasted(case: &mut Case) {
    for input in &mut case.inputs {
        let stated = case
            .witnesses
            .iter()
            .find(|witness| witness.place.input == input.id && witness.phrase.part == Part::Pasted);
        if let Some(witness) = stated {
            input.kind = InputKind::PastedText;
            input.notes.clear();
            input.about = Some(format!("it quotes “{}”", witness.phrase.text));
        }
    }
}

/// Id of the text of a document inside an export.
fn held_id(held: &snapshot::HeldDocument) -> String {
    format!("{}.samlMetadataIdP", held.configuration)
}

/// Every metadata document, as it was handed in.
fn documents(
    given: Vec<Document>,
    held: Vec<snapshot::HeldDocument>,
    case: &Case,
) -> Vec<repair::Document> {
    let metadata =
        given.into_iter().enumerate().filter(|(_, document)| document.kind == InputKind::Metadata);
    let given = metadata.map(|(number, document)| repair::Document {
        number: Some(number),
        origin: case.file_of(&document.input).to_owned(),
        input: document.input,
        held_by: document.held_by,
        bytes: document.bytes,
        ..repair::Document::default()
    });
    let held = held.into_iter().map(|held| repair::Document {
        number: None,
        message: Some(held_id(&held)),
        input: held.place.input,
        origin: held.origin,
        held_by: HeldBy::Sp,
        configuration: Some(held.configuration),
        bytes: held.bytes,
    });
    given.chain(held).collect()
}

/// Numbers entities over all documents of the Case, and judges the document's own signature.
fn add_metadata(
    case: &mut Case,
    text: &str,
    (mut entities, broken): (Vec<Metadata>, Vec<BrokenDocument>),
) {
    crypto::judge_metadata(text, &mut entities, &case.certificates);
    for mut entity in entities {
        entity.id = format!("d{}", case.metadata.len() + 1);
        case.metadata.push(entity);
    }
    case.broken_documents.extend(broken);
}

/// Every name by which messages and exports call an entity: what is wanted of a large aggregate.
fn entity_ids(case: &Case, decoded: &[Decoded]) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for Decoded { facts, .. } in decoded {
        names.extend(facts.issuer.iter().map(|issuer| issuer.value.clone()));
        for assertion in &facts.assertions {
            names.extend(assertion.issuer.iter().map(|issuer| issuer.value.clone()));
            names.extend(
                assertion
                    .conditions
                    .iter()
                    .flat_map(|conditions| &conditions.audiences)
                    .map(|audience| audience.value.clone()),
            );
        }
    }
    for configuration in &case.sp_configurations {
        names.extend(configuration.entity_id.iter().map(|entity_id| entity_id.value.clone()));
    }
    for registration in &case.registrations {
        names.extend(
            registration.identifiers.iter().map(|identifier| identifier.value.value.clone()),
        );
        // Entra's entityID follows from the tenant.
        names.extend(
            registration
                .tenant
                .iter()
                .map(|tenant| format!("https://sts.windows.net/{}/", tenant.value)),
        );
    }
    names
}

/// The moment of judgement: as asked for, else when the last response was handed over, else when
/// the capture ended, else now.
fn moment(case: &Case, at: Option<Timestamp>, now: Timestamp) -> (Option<Timestamp>, JudgedBy) {
    if at.is_some() {
        return (at, JudgedBy::Option);
    }
    let sign_ins = case.attempts.iter().rev().filter(|attempt| attempt.kind == AttemptKind::SignIn);
    let handed_over = sign_ins
        .filter_map(|attempt| case.message(attempt.response.as_deref()?))
        .find_map(Message::delivered_at);
    let captured = handed_over
        .or_else(|| case.exchanges.iter().filter_map(|exchange| exchange.started).max())
        .or_else(|| {
            case.messages
                .iter()
                .filter_map(|message| Some(message.issue_instant.as_ref()?.value))
                .max()
        });
    match captured {
        Some(time) => (Some(time), JudgedBy::Capture),
        None => (Some(now), JudgedBy::Now),
    }
}

/// What is particular about this evidence: its first URLs and form values.
fn seed(evidence: &Evidence) -> Vec<u8> {
    let mut seed = Vec::new();
    for exchange in evidence.exchanges.iter().take(64) {
        seed.extend_from_slice(exchange.url.as_bytes());
        for field in &exchange.form {
            seed.extend_from_slice(field.value.as_bytes());
        }
    }
    seed
}
