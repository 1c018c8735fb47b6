//! The products diag knows of, as one set that is asked: whose page this is, what a text says, where a setting is.

use crate::bearing::Bearing;
use crate::file::{Code, CodeShape, Export, Kept, Product, Role, Text, Wanted, Where};
use crate::matcher::{Matched, Matcher};
use crate::packed::{self, Listed};
use crate::proof::{Proven, Recogniser, Signs};
use crate::writing::{Field, Tool};
use diag_sdk::case::product::{Cloud, Demanded, ProductFacts, VendorCode};
use diag_sdk::{Need, Setting, Vendor};
use std::collections::HashSet;
use std::sync::{Arc, LazyLock};

/// The file of words that any software may write.
pub(crate) const GENERIC: &str = "generic";
/// Most statements kept of one text.
const MOST: usize = 8;
/// Most codes kept of one text.
const MOST_CODES: usize = 12;

/// A set of products.
#[derive(Debug)]
pub struct Products {
    list: Vec<Listed>,
    bearing: Bearing,
    matcher: Matcher,
    recogniser: Recogniser,
}

/// Where a text was read, and whose it is known to be.
#[derive(Debug, Clone)]
pub struct Scope {
    /// What kind of text.
    pub place: Where,
    /// The products whose text it is shown to be.
    pub proven: Proven,
}

/// A sentence that was found.
#[derive(Debug, Clone)]
pub struct Found<'p> {
    /// Whose sentence.
    pub product: &'p Product,
    /// Which.
    pub text: &'p Text,
    /// Start of its words, in bytes of the text.
    pub start: usize,
    /// End of its words or last value.
    pub end: usize,
    /// The values in it, by name.
    pub values: Vec<(&'static str, String)>,
}

impl Found<'_> {
    /// The name to show; none where any software may write so.
    pub fn writer(&self) -> Option<&str> {
        Some(self.product.name.as_str()).filter(|name| !name.is_empty())
    }
}

static BUILTIN: LazyLock<Arc<Products>> = LazyLock::new(|| {
    Arc::new(Products {
        list: packed::products(),
        bearing: Bearing::builtin(),
        matcher: Matcher::builtin(),
        recogniser: Recogniser::builtin(),
    })
});

static WORDS: LazyLock<HashSet<String>> = LazyLock::new(|| {
    let text = packed::text().to_lowercase();
    let words = text.split(|character: char| !character.is_alphanumeric());
    let ids = text
        .split(|character: char| !(character.is_ascii_hexdigit() || character == '-'))
        .filter(|id| id.len() == 36);
    // Names of codes are words without blanks.
    let of_names = packed::text()
        .split(|character: char| !character.is_ascii_alphabetic())
        .flat_map(words_of)
        .map(str::to_ascii_lowercase);
    let known = words.filter(|word| word.chars().count() >= 3).chain(ids).map(str::to_owned);
    known.chain(of_names.filter(|word| word.len() >= 3)).collect()
});

/// The words of a name that is written without blanks: `SAMLResponse` has two, of which the second begins at the last of
/// several capitals.
pub fn words_of(name: &str) -> impl Iterator<Item = &str> {
    let bytes = name.as_bytes();
    let small = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_lowercase);
    let capital = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_uppercase);
    let begins = move |at: &usize| capital(*at) && (small(*at - 1) || small(*at + 1));
    let mut from = 0;
    (1..name.len()).filter(begins).chain([name.len()]).filter_map(move |end| {
        let word = name.get(from..end);
        from = end;
        word.filter(|word| !word.is_empty())
    })
}

/// Whether a word, or an id of hexadecimal digits with hyphens, stands in a product file: it names a product, a screen
/// or what pages say, and no customer. In lower case.
pub fn is_word(word: &str) -> bool {
    WORDS.contains(word)
}

impl Products {
    /// What diag itself knows.
    pub fn builtin() -> Arc<Self> {
        Arc::clone(&BUILTIN)
    }

    /// A set of these products and no others.
    pub fn of(list: Vec<Product>) -> Self {
        let (bearing, matcher) = (Bearing::of(&list), Matcher::new(&list));
        let recogniser = Recogniser::new(&list);
        Self { list: list.into_iter().map(Listed::from).collect(), bearing, matcher, recogniser }
    }

    /// What diag knows, and these; one with the id of a known product stands in its place.
    #[must_use]
    pub fn with(&self, further: Vec<Product>) -> Self {
        let mut list: Vec<Product> = self.iter().cloned().collect();
        for product in further {
            match list.iter_mut().find(|known| known.id == product.id) {
                Some(known) => *known = product,
                None => list.push(product),
            }
        }
        Self::of(list)
    }

    /// Every product.
    pub fn iter(&self) -> impl Iterator<Item = &Product> {
        self.list.iter().map(|listed| &**listed)
    }

    /// Those of the products that bear something.
    fn those<'s>(&'s self, bearing: &'s [usize]) -> impl Iterator<Item = &'s Product> {
        bearing.iter().map(|number| &*self.list[*number])
    }

    /// The product with an id.
    pub fn get(&self, id: &str) -> Option<&Product> {
        self.list.iter().find(|listed| listed.id() == id).map(|listed| &**listed)
    }

    /// Whatever product wrote a text: as when samples are tried.
    pub fn all(&self) -> Proven {
        (0..self.list.len()).collect()
    }

    /// One product and no other.
    pub fn only(&self, id: &str) -> Proven {
        self.list.iter().position(|listed| listed.id() == id).into_iter().collect()
    }

    /// The products an answer shows itself to be of.
    pub fn recognise(&self, signs: &Signs<'_>) -> Proven {
        self.recogniser.recognise(signs)
    }

    /// The product plays the part.
    pub fn plays(&self, vendor: Vendor, role: Role) -> bool {
        self.get(vendor.id()).is_some_and(|product| product.roles.contains(&role))
    }

    /// Products to which a host belongs, or behind whose suffix it stands.
    pub fn of_host<'a>(&'a self, host: &'a str) -> impl Iterator<Item = Vendor> + 'a {
        self.recogniser.of_host(host).filter_map(|index| Vendor::read(self.list[index].id()))
    }

    /// Products that send this attribute in place of groups that are too many.
    pub fn linking_groups_by<'a>(
        &'a self,
        attribute: &'a str,
    ) -> impl Iterator<Item = Vendor> + 'a {
        let links =
            move |product: &&Product| product.group_links.iter().any(|link| link == attribute);
        self.those(&self.bearing.group_links)
            .filter(links)
            .filter_map(|product| Vendor::read(&product.id))
    }

    /// The host is one at which a product that is nothing but an identity provider signs people in.
    pub fn signs_in_at(&self, host: &str) -> bool {
        self.recogniser.of_host(host).any(|index| self.list[index].roles == [Role::Idp])
    }

    /// Ids of the products that are shown.
    pub fn vendors(&self, proven: &Proven) -> Vec<Vendor> {
        proven.iter().filter_map(|index| Vendor::read(self.list[index].id())).collect()
    }

    /// Response headers in which products tell what matters, in lower case.
    pub fn headers(&self) -> impl Iterator<Item = &str> {
        self.those(&self.bearing.headers).flat_map(|product| &product.headers).map(String::as_str)
    }

    /// Fields of a page's scripts that hold what it says.
    pub fn script_texts(&self) -> impl Iterator<Item = &str> {
        self.those(&self.bearing.script_texts)
            .flat_map(|product| &product.script_texts)
            .map(String::as_str)
    }

    /// Fields of a page's scripts that hold the digits of a code, with what stands before the digits, and the fewest of them.
    pub fn script_codes(&self) -> impl Iterator<Item = (&str, &CodeShape)> {
        self.those(&self.bearing.script_codes).flat_map(|product| {
            let shape = product.codes.as_ref();
            product.script_codes.iter().filter_map(move |field| Some((field.as_str(), shape?)))
        })
    }

    /// What a text states, each meaning once, in the order it stands there.
    pub fn find(&self, text: &str, scope: &Scope) -> Vec<Found<'_>> {
        let mut kept: Vec<Matched> = Vec::new();
        for matched in self.matched(text, scope) {
            let meaning = self.text(&matched).means;
            if kept.len() < MOST && !kept.iter().any(|known| self.text(known).means == meaning) {
                kept.push(matched);
            }
        }
        self.found(text, kept)
    }

    /// Every sentence that is in a text, but those inside a longer one.
    pub fn find_all(&self, text: &str, scope: &Scope) -> Vec<Found<'_>> {
        let kept = self.matched(text, scope);
        self.found(text, kept)
    }

    /// A text says anything that is known.
    pub fn says_anything(&self, text: &str, scope: &Scope) -> bool {
        !self.matched(text, scope).is_empty()
    }

    /// Matches that count, the most particular first.
    fn matched(&self, text: &str, scope: &Scope) -> Vec<Matched> {
        let mut all = self.matcher.find(&self.list, text, scope);
        all.sort_by_key(|matched| {
            let generic = self.list[matched.product].id() == GENERIC;
            (
                generic,
                !scope.proven.holds(matched.product),
                std::cmp::Reverse(matched.weight),
                matched.hit.start,
            )
        });
        let superseded: Vec<(usize, &str)> = all
            .iter()
            .flat_map(|matched| {
                self.text(matched).supersedes.iter().map(|id| (matched.product, id.as_str()))
            })
            .collect();
        // The very words that any software writes do not show whose they are, unless the page does.
        let anyones: Vec<(usize, usize)> = all
            .iter()
            .filter(|matched| self.list[matched.product].id() == GENERIC)
            .map(|matched| (matched.hit.start, matched.hit.end))
            .collect();
        all.retain(|matched| {
            self.list[matched.product].id() == GENERIC
                || scope.proven.holds(matched.product)
                || !anyones.contains(&(matched.hit.start, matched.hit.end))
        });
        let mut kept: Vec<Matched> = Vec::new();
        for matched in all.iter().filter(|matched| {
            !superseded.contains(&(matched.product, self.text(matched).id.as_str()))
        }) {
            let (start, end) = (matched.hit.start, matched.hit.end);
            let inside = kept.iter().any(|known| known.hit.start <= start && end <= known.hit.end);
            if !inside {
                kept.push(matched.clone());
            }
        }
        // What stands inside a longer one of lower rank goes too: the longer one says more.
        let longer: Vec<(usize, usize)> =
            kept.iter().map(|matched| (matched.hit.start, matched.hit.end)).collect();
        kept.retain(|matched| {
            let own = (matched.hit.start, matched.hit.end);
            !longer.iter().any(|other| *other != own && other.0 <= own.0 && own.1 <= other.1)
        });
        kept
    }

    fn found(&self, text: &str, mut kept: Vec<Matched>) -> Vec<Found<'_>> {
        kept.sort_by_key(|matched| (matched.hit.start, matched.hit.end));
        let mut ends: Vec<usize> = kept
            .iter()
            .flat_map(|matched| {
                let values =
                    matched.hit.values.iter().flat_map(|(_, range)| [range.start, range.end]);
                [matched.hit.start, matched.hit.end].into_iter().chain(values)
            })
            .collect();
        ends.sort_unstable();
        ends.dedup();
        let places = crate::folded::places(text, &ends);
        let place = |at: usize| ends.binary_search(&at).map_or(text.len(), |index| places[index]);
        kept.iter()
            .map(|matched| Found {
                product: &self.list[matched.product],
                text: self.text(matched),
                start: place(matched.hit.start),
                end: place(matched.hit.end),
                values: matched
                    .hit
                    .values
                    .iter()
                    .map(|(name, range)| {
                        (
                            *name,
                            text.get(place(range.start)..place(range.end))
                                .unwrap_or_default()
                                .trim()
                                .to_owned(),
                        )
                    })
                    .collect(),
            })
            .collect()
    }

    fn text(&self, matched: &Matched) -> &Text {
        &self.list[matched.product].texts[matched.text]
    }

    /// Where administrators of the product find a setting: the way, with the object's name in it.
    pub fn screen(&self, vendor: Vendor, setting: Setting, object: Option<&str>) -> Option<String> {
        let way = self.way(vendor, setting)?;
        let called = &self.get(vendor.id())?.objects;
        let named = |way: &str, brace: &str, own: &Option<String>, otherwise: &str| {
            way.replace(brace, object.or(own.as_deref()).unwrap_or(otherwise))
        };
        let way = named(way, "{application}", &called.application, "the application");
        let way = named(&way, "{entry}", &called.entry, "the entry point");
        Some(named(&way, "{server}", &called.server, "the server"))
    }

    /// What the product keeps a setting with.
    pub fn owner(&self, vendor: Vendor, setting: Setting) -> Owner {
        match self.way(vendor, setting) {
            Some(way) if way.contains("{application}") => Owner::Application,
            Some(way) if way.contains("{entry}") => Owner::EntryPoint,
            Some(way) if way.contains("{server}") => Owner::Server,
            _ => Owner::Product,
        }
    }

    fn way(&self, vendor: Vendor, setting: Setting) -> Option<&str> {
        self.get(vendor.id())?
            .screens
            .iter()
            .find(|screen| screen.setting == setting)
            .map(|screen| screen.at.as_str())
    }

    /// How one gets an input of a product.
    pub fn export(&self, vendor: Vendor, need: Need) -> Option<&Export> {
        self.get(vendor.id())?.exports.iter().find(|export| export.what == Wanted::Input(need))
    }

    /// The one product that has such an input, where it is one's own.
    pub fn whose(&self, need: Need) -> Option<(&Product, &Export)> {
        let own = |product: &Product| {
            product
                .exports
                .iter()
                .position(|export| export.what == Wanted::Input(need) && export.name.is_some())
        };
        self.those(&self.bearing.own_exports)
            .find_map(|product| own(product).map(|index| (product, &product.exports[index])))
    }

    /// The fields of the product's exports that hold a setting, for what a check found. Those that name the check go
    /// before those that name none.
    pub fn fields(&self, vendor: Vendor, check: &str, setting: Setting) -> Vec<&Field> {
        let all =
            self.get(vendor.id()).map(|product| product.fields.as_slice()).unwrap_or_default();
        let of_setting = || all.iter().filter(|field| field.setting == setting);
        let own: Vec<&Field> =
            of_setting().filter(|field| field.checks.iter().any(|known| known == check)).collect();
        if own.is_empty() {
            of_setting().filter(|field| field.checks.is_empty()).collect()
        } else {
            own
        }
    }

    /// The tools that change objects of such an export.
    pub fn tools(&self, vendor: Vendor, of: Need) -> impl Iterator<Item = &Tool> {
        let all = self.get(vendor.id()).map(|product| product.tools.as_slice()).unwrap_or_default();
        all.iter().filter(move |tool| tool.of == of)
    }

    /// Words a fix of a check needs at the product.
    pub fn advice(
        &self,
        vendor: Vendor,
        check: &str,
        setting: Setting,
    ) -> Option<&crate::file::Advice> {
        self.get(vendor.id())?
            .advice
            .iter()
            .find(|advice| advice.check == check && advice.setting == setting)
    }

    /// What checks may know of a product.
    pub fn facts(&self, vendor: Vendor) -> Option<ProductFacts> {
        let product = self.get(vendor.id())?;
        Some(ProductFacts {
            id: vendor,
            name: product.name.clone(),
            gateway: product.roles.contains(&Role::Gateway),
            habits: product.habits.iter().map(|habit| habit.does).collect(),
            name_id_formats: product.name_id_formats.clone(),
            demands: product
                .demands
                .iter()
                .map(|demand| Demanded {
                    attribute: demand.attribute.clone(),
                    why: demand.why.clone(),
                })
                .collect(),
            tenant_hosts: product.tenant_hosts.clone(),
            issuer_hosts: product.issuer_hosts.clone(),
            metadata_url: product.metadata_url.clone(),
            clouds: product
                .clouds
                .iter()
                .map(|cloud| Cloud {
                    hosts: cloud.hosts.clone(),
                    login: cloud.login.clone(),
                    codes: cloud.codes.clone(),
                    names: cloud.names.clone(),
                })
                .collect(),
            sign_in_hosts: if product.roles == [Role::Idp] {
                product.proof.host.clone()
            } else {
                Vec::new()
            },
            key_providers: product.key_providers.clone(),
            stands_in: product.stands_in.clone(),
            group_links: product.group_links.clone(),
            log: product
                .exports
                .iter()
                .find(|export| export.what == Wanted::Other(Kept::Log))
                .map(|export| export.how.clone()),
        })
    }

    /// Codes in a text as their vendors number them, outer and nested ones, each once, in order.
    pub fn codes_in(&self, text: &str) -> Vec<String> {
        let upper = text.to_ascii_uppercase();
        let mut found: Vec<(usize, String)> = Vec::new();
        for shape in self.shapes() {
            // The first ones of each vendor are enough, and a text that goes on with them costs no more.
            let mut own = 0;
            for (at, _) in upper.match_indices(&shape.prefix) {
                if own == MOST_CODES {
                    break;
                }
                let digits: String = upper[at + shape.prefix.len()..]
                    .chars()
                    .take_while(char::is_ascii_digit)
                    .take(9)
                    .collect();
                let code = format!("{}{digits}", shape.prefix);
                if digits.len() >= shape.digits && !found.iter().any(|(_, known)| *known == code) {
                    found.push((at, code));
                    own += 1;
                }
            }
        }
        found.sort();
        found.into_iter().map(|(_, code)| code).take(MOST_CODES).collect()
    }

    /// How products write their codes.
    fn shapes(&self) -> impl Iterator<Item = &CodeShape> {
        self.those(&self.bearing.shapes).filter_map(|product| product.codes.as_ref())
    }

    /// What is known of a code; `None` where no product numbers so. One that is not known has no class.
    pub fn code(&self, code: &str) -> Option<VendorCode> {
        let code = code.trim().to_ascii_uppercase();
        let (product, known) = self.known_code(&code).or_else(|| {
            let numbers = |product: &&Product| {
                product.codes.as_ref().is_some_and(|shape| numbered(&code, &shape.prefix).is_some())
            };
            self.those(&self.bearing.shapes).find(numbers).map(|product| (product, None))
        })?;
        let page = product.codes.as_ref().and_then(|shape| {
            Some(shape.page.as_ref()?.replace("{number}", numbered(&code, &shape.prefix)?))
        });
        Some(VendorCode {
            vendor: Vendor::read(&product.id).unwrap_or_default(),
            product: product.name.clone(),
            name: known.and_then(|known| known.name.clone()),
            text: known.map_or_else(String::new, |known| known.text.clone()),
            fix: known.map_or_else(String::new, |known| known.fix.clone()),
            meaning: known.map(|known| known.means).unwrap_or_default(),
            class: known.map(|known| known.class),
            who: known.and_then(|known| known.who),
            setting: known.and_then(|known| known.setting),
            page,
            code,
        })
    }

    fn known_code(&self, code: &str) -> Option<(&Product, Option<&Code>)> {
        self.those(&self.bearing.codes).find_map(|product| {
            Some((
                product,
                Some(product.code.iter().find(|known| known.code.eq_ignore_ascii_case(code))?),
            ))
        })
    }

    /// Codes of which only the digits were given: with the prefix of the product that knows them.
    pub fn code_of_digits(&self, digits: &str) -> Option<VendorCode> {
        let sound =
            (3..=9).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
        self.shapes()
            .filter(|_| sound)
            .map(|shape| format!("{}{digits}", shape.prefix))
            .find_map(|code| self.code(&code).filter(|known| known.class.is_some()))
    }
}

/// The digits of a code with this prefix.
fn numbered<'c>(code: &'c str, prefix: &str) -> Option<&'c str> {
    let digits = code.strip_prefix(prefix)?;
    ((1..=9).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit()))
        .then_some(digits)
}

/// What a product keeps a setting with: whose name belongs on the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner {
    /// The product as a whole, or nothing that has a name.
    Product,
    /// An application that is registered at the identity provider.
    Application,
    /// An entry point of the service provider, such as a virtual proxy.
    EntryPoint,
    /// A server of the service provider, such as a proxy.
    Server,
}
