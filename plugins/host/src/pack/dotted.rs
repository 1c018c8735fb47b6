//! Names with dots, as they stand in an expression.

use cel::common::ast::{Expr, IdedExpr};

/// A name with dots, as it was written.
pub(super) fn written(expr: &IdedExpr) -> Option<String> {
    match &expr.expr {
        Expr::Ident(name) => Some(name.clone()),
        Expr::Select(select) if !select.test => Some(format!("{}.{}", written(&select.operand)?, select.field)),
        _ => None,
    }
}
