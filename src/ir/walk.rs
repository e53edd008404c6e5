//! The types that an operation spells out, without the models behind them.

use super::model::Type;
use super::operation::{ArmBody, BodyForm, Operation};

impl ArmBody {
    /// The types that it spells out.
    pub(crate) fn types(&self) -> impl Iterator<Item = &Type> {
        let (fields, whole) = match self {
            Self::Object(fields) => (fields.as_slice(), None),
            Self::Json(ty) => (&[][..], Some(ty)),
            Self::Text | Self::Bytes | Self::Events | Self::Empty | Self::Redirect => {
                (&[][..], None)
            }
        };
        fields.iter().map(|field| &field.ty).chain(whole)
    }

    /// The same, to be changed.
    pub(crate) fn types_mut(&mut self) -> impl Iterator<Item = &mut Type> {
        let (fields, whole) = match self {
            Self::Object(fields) => (fields.as_mut_slice(), None),
            Self::Json(ty) => (&mut [][..], Some(ty)),
            Self::Text | Self::Bytes | Self::Events | Self::Empty | Self::Redirect => {
                (&mut [][..], None)
            }
        };
        fields.iter_mut().map(|field| &mut field.ty).chain(whole)
    }
}

impl Operation {
    /// What its body may be.
    pub(crate) fn forms(&self) -> impl Iterator<Item = &BodyForm> {
        self.body.iter().flat_map(|body| &body.forms)
    }

    /// The same, to be changed.
    pub(crate) fn forms_mut(&mut self) -> impl Iterator<Item = &mut BodyForm> {
        self.body.iter_mut().flat_map(|body| &mut body.forms)
    }

    /// The types of its parameters and of its body.
    pub(crate) fn request_types(&self) -> impl Iterator<Item = &Type> {
        let params = self.params.iter().map(|param| &param.field.ty);
        params.chain(self.forms().map(|form| &form.ty))
    }

    /// The types of its answer.
    pub(crate) fn answer_types(&self) -> impl Iterator<Item = &Type> {
        self.answer.arms.iter().flat_map(|arm| arm.body.types())
    }

    /// All of them, to be changed.
    pub(crate) fn types_mut(&mut self) -> impl Iterator<Item = &mut Type> {
        let params = self.params.iter_mut().map(|param| &mut param.field.ty);
        let forms = self.body.iter_mut().flat_map(|body| &mut body.forms);
        let arms = self.answer.arms.iter_mut();
        params
            .chain(forms.map(|form| &mut form.ty))
            .chain(arms.flat_map(|arm| arm.body.types_mut()))
    }
}
