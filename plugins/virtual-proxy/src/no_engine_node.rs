//! `virtual-proxy/no-engine-node`: the virtual proxy has no load balancing node.

use diag_sdk::{
    Account, Case, CauseData, Findings, Need, Reference, Setting, Severity, Stage, Who, check,
};

static NONE_ADDED: CauseData = CauseData {
    text: "No engine node was added to the virtual proxy",
    who: Who::Sp,
    setting: Setting::SpLoadBalancingNodes,
    fix: "Add the engine node or nodes that are to serve sessions of this virtual proxy, and apply",
};

check! {
    /// The virtual proxy has no engine node to send sessions to.
    ///
    /// The set-up guide has at least one load balancing node added. Without any, signing in works and the hub does not: there is
    /// no engine that could open a session, and people who are signed in see an error that looks like a failed sign-in.
    ///
    /// ## Fails
    ///
    /// ```json virtualproxyconfig
    /// { "id": "6f1d1c7e-3a52-4f0e-9b1c-2d5e8a7f4c33", "prefix": "azure", "description": "Entra ID",
    ///   "authenticationMethod": 3, "samlHostUri": "https://sense.example",
    ///   "samlEntityId": "https://sense.example", "loadBalancingServerNodes": [] }
    /// ```
    ///
    /// ## Passes
    ///
    /// ```json virtualproxyconfig
    /// { "id": "6f1d1c7e-3a52-4f0e-9b1c-2d5e8a7f4c33", "prefix": "azure", "description": "Entra ID",
    ///   "authenticationMethod": 3, "samlHostUri": "https://sense.example",
    ///   "samlEntityId": "https://sense.example",
    ///   "loadBalancingServerNodes": [{"name": "Central", "hostName": "qlik01.example"}] }
    /// ```
    pub(crate) static NO_ENGINE_NODE = {
        id: "virtual-proxy/no-engine-node",
        title: "The virtual proxy has no load balancing node",
        levels: [Severity::Error, Severity::Warning],
        stage: Stage::Configuration,
        needs: [Need::Virtualproxyconfig],
        explains: ["hosts/websocket-refused"],
        accounts: [Account::sp(&[])],
        causes: [NONE_ADDED],
        references: [
            Reference::page("https://learn.microsoft.com/entra/identity/saas-apps/qliksense-enterprise-tutorial", "2026-11-24").about("steps 8 and 9"),
        ],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    for entry in case.saml_entry_points() {
        let Some(nodes) = &entry.engine_nodes else {
            out.missing(Need::Virtualproxyconfig);
            continue;
        };
        if !nodes.is_empty() {
            continue;
        }
        let node = case.proxies.first().map(|proxy| proxy.name.as_str());
        out.push(
            entry
                .fault("The virtual proxy has no load balancing node")
                .detail("People sign in and then get an error instead of the hub, for there is no engine to open a session on.")
                .at(&entry.engine_nodes_place)
                .expected("at least one engine node", "the set-up guide")
                .actual("none", format!("loadBalancingServerNodes of {}", entry.name))
                .because_at(&NONE_ADDED, &entry, node),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::attempt::Outcome;
    use diag_sdk::testing::{attempt, entry_point_with, levels};

    fn with(nodes: Option<&[&str]>) -> Case {
        entry_point_with(|entry| {
            entry.engine_nodes =
                nodes.map(|nodes| nodes.iter().map(|node| (*node).to_owned()).collect());
        })
    }

    #[test]
    fn an_empty_list_is_an_error_an_unknown_one_is_missing() {
        assert_eq!(levels(&NO_ENGINE_NODE, &with(Some(&[]))), [Severity::Error]);
        assert_eq!(levels(&NO_ENGINE_NODE, &with(Some(&["qlik01"]))), []);
        assert_eq!(NO_ENGINE_NODE.judge(&with(None)).missed(), [Need::Virtualproxyconfig]);
    }

    #[test]
    fn a_sign_in_that_worked_makes_it_a_warning() {
        let mut case = with(Some(&[]));
        attempt(&mut case, Outcome::SignedIn);
        assert_eq!(levels(&NO_ENGINE_NODE, &case), [Severity::Warning]);
    }
}
