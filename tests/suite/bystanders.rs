//! A folder from a ticket holds more than evidence: mails, notes, scripts, configuration of everything. A healthy
//! sign-in stays healthy with all of it beside it, and nobody is told an error for it.

use diag_core::verdict::Verdict;
use diag_sdk::Severity;
use diag_sdk::case::input::InputKind;
use diag_tests::capture::Capture;
use diag_tests::diagnose::{File, case_of, report_on};
use diag_tests::one_fault::{Expect, OneFault};

/// Files that lie about, and are no evidence of a sign-in.
const TEXTS: &[(&str, &str)] = &[
    (
        "ticket.txt",
        "Ticket 4711\nThe customer reports that people wait long at the hub. Please have a look.\n",
    ),
    (
        "README.md",
        "# How to set it up\n\nLoad the `<EntityDescriptor>` of the portal:\n\n```xml\n<EntityDescriptor entityID=\"…\">\n```\n\nThen restart.\n",
    ),
    (
        "mail.eml",
        "From: ann@example.org\nTo: help@example.org\nSubject: sign-in\nContent-Type: text/plain\n\nIt works again since yesterday, thank you.\n",
    ),
    ("notes.md", "- asked for the metadata\n- `SAMLResponse` looks fine to me\n"),
    ("run.sh", "#!/bin/sh\ncurl -s https://sense.example.org/hub > /dev/null\n"),
    (
        "export.ps1",
        "Connect-MgGraph\nGet-MgServicePrincipal -Filter \"displayName eq 'Sense'\" | ConvertTo-Json\n",
    ),
    (
        "app.py",
        "from onelogin.saml2.auth import OneLogin_Saml2_Auth\n\ndef acs(request):\n    return OneLogin_Saml2_Auth(request).process_response()\n",
    ),
    (
        "pom.xml",
        "<project xmlns=\"http://maven.apache.org/POM/4.0.0\"><modelVersion>4.0.0</modelVersion><artifactId>saml</artifactId></project>",
    ),
    ("build.gradle", "dependencies { implementation 'org.opensaml:opensaml-core:4.0.1' }\n"),
    (
        "web.config",
        "<configuration><system.webServer><rewrite/></system.webServer></configuration>",
    ),
    (
        "shibboleth2.xml",
        "<SPConfig xmlns=\"urn:mace:shibboleth:3.0:native:sp:config\"><ApplicationDefaults entityID=\"https://old.example/shibboleth\"><MetadataProvider type=\"XML\" path=\"idp.xml\"/></ApplicationDefaults></SPConfig>",
    ),
    (
        "attribute-map.xml",
        "<Attributes xmlns=\"urn:mace:shibboleth:2.0:attribute-map\"><Attribute name=\"urn:oid:0.9.2342.19200300.100.1.3\" id=\"mail\"/></Attributes>",
    ),
    (
        "config.xml",
        "<hudson><securityRealm class=\"org.jenkinsci.plugins.saml.SamlSecurityRealm\"><idpMetadataConfiguration><xml>&lt;EntityDescriptor/&gt;</xml></idpMetadataConfiguration></securityRealm></hudson>",
    ),
    (
        "applicationContext.xml",
        "<beans xmlns=\"http://www.springframework.org/schema/beans\"><bean class=\"org.springframework.security.saml.metadata.MetadataGenerator\"><property name=\"entityId\" value=\"urn:x\"/></bean></beans>",
    ),
    (
        "application.yml",
        "spring:\n  security:\n    saml2:\n      relyingparty:\n        registration:\n          idp:\n            entity-id: https://old.example/\n",
    ),
    (
        "relying-party.xml",
        "<util:list xmlns:util=\"http://www.springframework.org/schema/util\"><!-- EntityDescriptor of the SP --></util:list>",
    ),
    (
        "authsources.php",
        "<?php\n$config = ['default-sp' => ['saml:SP', 'entityID' => 'https://old.example/', 'idp' => null]];\n",
    ),
    (
        "settings.json",
        "{\"strict\": true, \"sp\": {\"entityId\": \"https://old.example/metadata\"}, \"idp\": {\"entityId\": \"https://old-idp.example/\"}}",
    ),
    (
        "package.json",
        "{\"name\": \"portal\", \"version\": \"1.0.0\", \"dependencies\": {\"passport-saml\": \"3.2.0\"}}",
    ),
    ("tsconfig.json", "{\"compilerOptions\": {\"strict\": true}}"),
    (
        "recorder.json",
        "{\"session\": {\"id\": \"s1\"}, \"requests\": [{\"id\": \"1\", \"url\": \"https://www.example.org/api\", \"method\": \"GET\", \"requestHeaders\": {\"Accept\": \"*/*\"}, \"status\": 200, \"responseBody\": \"{}\"}]}",
    ),
    (
        "postman.json",
        "{\"info\": {\"name\": \"x\", \"schema\": \"https://schema.getpostman.com/json/collection/v2.1.0/collection.json\"}, \"item\": [{\"name\": \"a\", \"request\": {\"method\": \"GET\"}}]}",
    ),
    (
        "openid-configuration.json",
        "{\"issuer\": \"https://old.example\", \"authorization_endpoint\": \"https://old.example/authorize\", \"jwks_uri\": \"https://old.example/keys\"}",
    ),
    (
        "jwks.json",
        "{\"keys\": [{\"kty\": \"RSA\", \"kid\": \"1\", \"n\": \"AQAB\", \"e\": \"AQAB\"}]}",
    ),
    ("swagger.json", "{\"openapi\": \"3.0.0\", \"info\": {\"title\": \"x\"}, \"paths\": {}}"),
    ("empty.json", "{}"),
    ("list.json", "[]"),
    ("numbers.json", "[1, 2, 3]"),
    ("users.csv", "id,name\n1,Ann\n2,Bob\n"),
    ("hosts", "127.0.0.1 localhost\n10.0.0.4 sense.example.org\n"),
    (
        "nginx.conf",
        "server { listen 443 ssl; server_name sense.example.org; location / { proxy_pass http://10.0.0.4; } }\n",
    ),
    (
        "httpd.conf",
        "<VirtualHost *:443>\n  ServerName sense.example.org\n  MellonEnable \"auth\"\n</VirtualHost>\n",
    ),
    ("docker-compose.yml", "services:\n  web:\n    image: nginx\n"),
    (
        "values.yaml",
        "saml:\n  enabled: true\n  metadata: |\n    <EntityDescriptor/>\n  tail: end\n",
    ),
    (".gitlab-ci.yml", "stages: [build]\n"),
    ("Dockerfile", "FROM nginx\nCOPY idp.xml /etc/\n"),
    ("main.tf", "resource \"azuread_application\" \"x\" { display_name = \"x\" }\n"),
    (
        "access.log",
        "10.0.0.1 - - [24/Nov/2026:10:00:00 +0000] \"GET /hub HTTP/1.1\" 200 512\n10.0.0.1 - - [24/Nov/2026:10:00:01 +0000] \"POST /bi/samlauthn/ HTTP/1.1\" 302 0\n",
    ),
    ("screenshot.png", "\u{89}PNG\r\n\u{1a}\n"),
    ("doc.pdf", "%PDF-1.7\n"),
    (
        "page.html",
        "<!DOCTYPE html><html><head><title>Set-up guide</title></head><body><p>Access denied means that no pass is left.</p></body></html>",
    ),
    ("feed.xml", "<rss version=\"2.0\"><channel><title>News</title></channel></rss>"),
    ("picture.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\"/>"),
    (
        "soap.xml",
        "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body><ping/></s:Body></s:Envelope>",
    ),
    ("wsdl.xml", "<definitions xmlns=\"http://schemas.xmlsoap.org/wsdl/\"/>"),
    ("report.trx", "<TestRun xmlns=\"http://microsoft.com/schemas/VisualStudio/TeamTest/2010\"/>"),
    ("key.pub", "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQC7 ann@example\n"),
    (
        "public.pem",
        "-----BEGIN PUBLIC KEY-----\nMFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBAK\n-----END PUBLIC KEY-----\n",
    ),
    ("token.txt", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.\n"),
    (
        "encoded.txt",
        "SGVsbG8sIHRoaXMgaXMgYSBsb25nZXIgdGV4dCB0aGF0IHdhcyBlbmNvZGVkIGZvciBubyByZWFzb24u\n",
    ),
    (
        "clixml.xml",
        "<Objs Version=\"1.1.0.1\" xmlns=\"http://schemas.microsoft.com/powershell/2004/04\"><Obj RefId=\"0\"/></Objs>",
    ),
    (
        "listing.txt",
        "\n\nDisplayName : Sense\nAppId       : 00000000-0000-0000-0000-000000000001\nReplyUrls   : {https://old.example/}\n",
    ),
    ("copied.txt", "curl 'https://sense.example.org/hub' \\\n  -H 'accept: text/html'\n"),
    (
        "catalog.xml",
        "<catalog><entry name=\"EntityDescriptor\">urn:oasis:names:tc:SAML:2.0:metadata</entry><entry name=\"Response\">urn:oasis:names:tc:SAML:2.0:protocol</entry></catalog>",
    ),
    (
        "groups.json",
        "{\"value\": [{\"id\": \"1\", \"displayName\": \"All staff\", \"mailNickname\": \"staff\"}]}",
    ),
    ("saml.css", ".saml-response { color: red }\n"),
    ("minutes.txt", "A  first point\nB  second point\nC  third point\n"),
    ("empty.txt", ""),
    ("blank.xml", " \n"),
];

/// Logs that say nothing of a sign-in.
const QUIET: &[(&str, &str)] = &[
    (
        "schedule.log",
        "2026-11-24 10:00:00 INFO  backup started\n2026-11-24 10:05:00 INFO  backup done\n2026-11-24 10:05:01 WARN  disk is 80% full\n",
    ),
    (
        "event.json",
        "{\"level\": \"info\", \"time\": \"2026-11-24T10:00:00Z\", \"message\": \"a user was added\"}",
    ),
];

fn healthy() -> Vec<File> {
    let case = OneFault {
        about: String::new(),
        remove: Vec::new(),
        edit: Vec::new(),
        add: Vec::new(),
        capture: Some(Capture::default()),
        expect: Expect {
            check: String::new(),
            severity: Severity::Error,
            difference: None,
            value: None,
            also: Vec::new(),
        },
    };
    case.inputs()
}

fn bystanders() -> Vec<File> {
    TEXTS.iter().map(|(name, text)| File::new(name, *text)).collect()
}

fn findings(files: &[File]) -> (Verdict, Vec<String>) {
    let report = report_on(&case_of(files));
    let mut told: Vec<String> = report
        .findings
        .iter()
        .map(|finding| format!("{} {:?}: {}", finding.check, finding.severity, finding.message))
        .collect();
    told.sort();
    (report.verdict, told)
}

#[test]
fn a_healthy_folder_stays_healthy_whatever_lies_in_it() {
    let alone = findings(&healthy());
    assert_eq!(alone.0, Verdict::Healthy, "{:?}", alone.1);
    assert!(TEXTS.len() >= 50);
    let quiet: Vec<File> = QUIET.iter().map(|(name, text)| File::new(name, *text)).collect();
    for bystander in bystanders().iter().chain(&quiet) {
        let mut files = healthy();
        files.push(bystander.clone());
        assert_eq!(findings(&files), alone, "{}", bystander.name);
    }
    let mut files = healthy();
    files.extend(bystanders());
    files.extend(quiet);
    assert_eq!(findings(&files), alone);
}

#[test]
fn alone_a_bystander_is_not_used_and_no_error() {
    for bystander in bystanders() {
        let case = case_of(std::slice::from_ref(&bystander));
        assert_eq!(case.inputs[0].kind, InputKind::Unrecognised, "{}", bystander.name);
        assert!(!case.inputs[0].notes.is_empty(), "{}: nothing is said of it", bystander.name);
        let report = report_on(&case);
        assert_eq!(report.verdict, Verdict::Undetermined, "{}", bystander.name);
        assert!(report.findings.is_empty(), "{}: {:?}", bystander.name, report.findings);
    }
}
