//! `:load` and `:reload`: which file is tried.

use super::{
    Surroundings,
    complaint::{Complaint, Said},
    left_out::LeftOut,
    look::Look,
    session::{Mistakes, Session},
};
use crate::{
    diagnostic::render::counted,
    ide::Around,
    ir::{BlockId, Plan, Program, StatementKind},
};

/// Goes on with a file, and says which plans it has.
pub fn load(session: &mut Session, around: &dyn Surroundings, path: &str, look: Look) -> Said {
    if path.is_empty() {
        return Err(Complaint::of("`:load` needs a file"));
    }
    let file = around.read(path)?;
    let loaded = session.load(file);
    told(session, loaded, look)
}

/// Reads the file again, and says which plans it has.
pub fn reload(session: &mut Session, around: &dyn Surroundings, look: Look) -> Said {
    let Some(path) = session.file().map(|file| file.path.clone()) else {
        return Err(Complaint::of("no file is loaded: `:load FILE`"));
    };
    let file = around.read(&path)?;
    let loaded = session.reload(file);
    told(session, loaded, look)
}

fn told(session: &Session, loaded: Result<Option<LeftOut>, Mistakes>, look: Look) -> Said {
    let left_out = loaded.map_err(|mistakes| Complaint::NotUsed(mistakes, "nothing was loaded".to_owned()))?;
    let plans: Vec<String> = session.plans().map(|plan| plan_line(session, plan, look)).collect();
    let plans = if plans.is_empty() { "loaded; there is no plan in it".to_owned() } else { plans.join("\n") };
    match left_out {
        None => Ok(plans),
        Some(LeftOut { heads, mistakes }) => {
            let heads: Vec<String> = heads.iter().map(|head| format!("  {}", look.code(head))).collect();
            let without = format!("loaded without these; mend the file, and `:reload`\n{}", heads.join("\n"));
            Err(Complaint::NotUsed(mistakes, format!("{without}\n{plans}")))
        }
    }
}

/// `place_order(order: Order) -> Receipt · 3 steps`
fn plan_line(session: &Session, plan: &Plan, look: Look) -> String {
    let signature = session.declared(&plan.name).and_then(|declared| declared.signature.clone());
    let steps = counted(steps(session.program(), plan.body), "step");
    format!("{} {}", look.code(&signature.unwrap_or_default()), look.dim(format!("· {steps}")))
}

fn steps(program: &Program, block: BlockId) -> usize {
    let statements = &program.blocks[block.index()].statements;
    let of = |kind: &StatementKind| {
        let own = usize::from(matches!(kind, StatementKind::Step(_) | StatementKind::Task(_)));
        own + kind.blocks().into_iter().map(|block| steps(program, block)).sum::<usize>()
    };
    statements.iter().map(|statement| of(&statement.kind)).sum()
}
