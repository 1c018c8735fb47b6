//! Which kinds of facts an expression looks at: what follows `case` after a dot.

use super::guard::each_child;
use crate::sight::Reads;
use cel::common::ast::{Expr, IdedExpr};

/// Notes what an expression reads; everything, where it takes the Case as a whole.
pub(super) fn reads(expr: &IdedExpr, into: &mut Reads) {
    match &expr.expr {
        Expr::Select(select) if is_case(&select.operand) => into.name(&select.field),
        _ if is_case(expr) => into.add(&Reads::default()),
        _ => each_child(expr, &mut |child| reads(child, into)),
    }
}

fn is_case(expr: &IdedExpr) -> bool {
    matches!(&expr.expr, Expr::Ident(name) if name == "case")
}

#[cfg(test)]
mod tests {
    use super::super::function::ENVIRONMENT;
    use super::*;

    fn read_by(code: &str) -> Vec<String> {
        let (tree, _) = ENVIRONMENT.parser().parse_with_source_info(code).expect(code);
        let mut into = Reads::nothing();
        reads(&tree, &mut into);
        into.names()
    }

    #[test]
    fn what_follows_the_case_is_read() {
        assert_eq!(
            read_by("case.messages.exists(m, m.kind == 'response' && case.clocks.size() > 0)"),
            ["clocks", "messages"]
        );
        assert_eq!(
            read_by(
                "has(case.idp_vendor) && it.issuer.value in case.metadata.map(m, m.entity_id.value)"
            ),
            ["idp_vendor", "metadata"]
        );
        assert_eq!(read_by("it.kind == 'response'"), [""; 0]);
        let mut everything = Reads::nothing();
        let (tree, _) =
            ENVIRONMENT.parser().parse_with_source_info("[case].size() > 0").expect("parsed");
        reads(&tree, &mut everything);
        assert_eq!(everything, Reads::default());
    }
}
