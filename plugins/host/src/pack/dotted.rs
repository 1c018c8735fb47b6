//! Names with dots, as they stand in an expression.

use cel::common::ast::{Expr, IdedExpr, LiteralValue, operators};

/// A name with dots, as it was written.
pub(super) fn written(expr: &IdedExpr) -> Option<String> {
    match &expr.expr {
        Expr::Ident(name) => Some(name.clone()),
        Expr::Select(select) if !select.test => {
            Some(format!("{}.{}", written(&select.operand)?, select.field))
        }
        // One element of a list, by its number.
        Expr::Call(call) if call.func_name == operators::INDEX => match call.args.as_slice() {
            [list, IdedExpr { expr: Expr::Literal(LiteralValue::Int(at)), .. }] => {
                Some(format!("{}[{}]", written(list)?, at.inner()))
            }
            _ => None,
        },
        _ => None,
    }
}
