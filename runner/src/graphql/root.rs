//! The app's schema as juniper sees it: parsing, validation and introspection run on it.

use std::sync::Arc;

use abi::plan::Program;
use abi::schema::{Argument, ObjectField, ObjectType, RootField, TypeRef, block_string};
use juniper::meta::{self, DeprecationStatus, InputObjectMeta, MetaType, ObjectMeta, ScalarMeta};
use juniper::{
    ArcStr, Arguments, ExecutionResult, Executor, GraphQLType, GraphQLValue, InputValue, Registry, RootNode, Type,
    Value,
};

use super::Options;
use super::part::Part;
use super::scalar::{AnyLeaf, AnyObject, BooleanLeaf, Scalar};

/// The built-in scalars; all five are always in the schema.
const BUILT_IN: [&str; 5] = ["Int", "Float", "String", "Boolean", "ID"];

/// juniper's root for a schema made at run time.
pub(crate) type Root = RootNode<Dynamic, Dynamic, Dynamic, Scalar>;

/// Builds juniper's view of a part of the schema.
pub(crate) fn build(program: &Arc<Program>, part: Part, options: &Options) -> Root {
    let (program, part) = (Arc::clone(program), Arc::new(part));
    let info = |name: &'static str, kind| {
        let (program, part) = (Arc::clone(&program), Arc::clone(&part));
        Info { program, part, name: name.into(), kind }
    };
    // By this name juniper knows that there are no mutations.
    let mutation = if program.schema.mutation.is_empty() { "_EmptyMutation" } else { "Mutation" };
    let root = Root::new_with_info(
        Dynamic,
        Dynamic,
        Dynamic,
        info("Query", Kind::Query),
        info(mutation, Kind::Mutation),
        info("Subscription", Kind::Subscription),
    );
    limited(root, options)
}

/// The schema of nothing: literals that are parsed against it may have any form.
pub(crate) fn without_types(program: &Arc<Program>, options: &Options) -> Root {
    let (program, part) = (Arc::clone(program), Arc::new(Part::default()));
    let info = |name: &'static str| Info {
        program: Arc::clone(&program),
        part: Arc::clone(&part),
        name: name.into(),
        kind: Kind::Nothing,
    };
    limited(
        Root::new_with_info(Dynamic, Dynamic, Dynamic, info("Query"), info("Mutation"), info("Subscription")),
        options,
    )
}

fn limited(root: Root, options: &Options) -> Root {
    root.limit_depth(options.limits.max_selection_depth)
        .limit_tokens(options.limits.max_tokens)
        .limit_fields(options.limits.max_tokens)
}

/// A value of a type that is only known at run time. juniper never resolves our fields (see `execute`), so there is
/// nothing in it.
#[derive(Debug)]
pub(crate) struct Dynamic;

/// Which type of the schema a [`Dynamic`] stands for.
#[derive(Clone, Debug)]
pub(crate) struct Info {
    program: Arc<Program>,
    part: Arc<Part>,
    name: ArcStr,
    kind: Kind,
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    /// A root of [`without_types`].
    Nothing,
    Query,
    Mutation,
    Subscription,
    AgentEvent,
    Scalar,
    Input(usize),
    Object(usize),
}

impl GraphQLValue<Scalar> for Dynamic {
    type Context = ();
    type TypeInfo = Info;

    fn type_name(&self, info: &Info) -> Option<ArcStr> {
        Some(info.name.clone())
    }

    fn concrete_type_name(&self, (): &(), info: &Info) -> String {
        info.name.to_string()
    }

    /// Any value that is not null: juniper only executes for the sake of introspection, and a null would take the
    /// introspection fields beside it away.
    fn resolve_field(
        &self,
        _: &Info,
        _: &str,
        _: &Arguments<'_, Scalar>,
        _: &Executor<'_, '_, (), Scalar>,
    ) -> ExecutionResult<Scalar> {
        Ok(Value::Scalar(Scalar::Boolean(true)))
    }
}

impl GraphQLType<Scalar> for Dynamic {
    fn name(info: &Info) -> Option<ArcStr> {
        Some(info.name.clone())
    }

    fn meta(info: &Info, registry: &mut Registry<Scalar>) -> MetaType<Scalar> {
        let Info { program, part, .. } = info;
        let schema = &program.schema;
        match info.kind {
            Kind::Query => {
                register_all(info, registry);
                object(&info.name, None, part.query(schema).map(root_field))
            }
            Kind::Nothing => {
                register_for_literals(info, registry);
                object(&info.name, None, std::iter::empty())
            }
            Kind::Mutation => object(&info.name, None, part.mutation(schema).map(root_field)),
            Kind::Subscription => object(&info.name, None, std::iter::once(agent_event_field())),
            Kind::AgentEvent => object(&info.name, None, agent_event().into_iter()),
            Kind::Scalar if &*info.name == "Boolean" => ScalarMeta::new::<BooleanLeaf>(info.name.clone()).into_meta(),
            Kind::Scalar => ScalarMeta::new::<AnyLeaf>(info.name.clone()).into_meta(),
            Kind::Input(index) => input(&info.name, schema.inputs.get(index)),
            Kind::Object(index) => {
                let ty = schema.objects.get(index);
                let fields = ty.iter().flat_map(|ty| &ty.fields);
                object(&info.name, ty.and_then(|ty| ty.description.as_deref()), fields.map(object_field))
            }
        }
    }
}

/// Registers every type of the part: fields then refer to them by name only.
fn register_all(info: &Info, registry: &mut Registry<Scalar>) {
    let (schema, part) = (&info.program.schema, &info.part);
    let mut register = |name: &str, kind: Kind| {
        registry.get_type::<Dynamic>(&Info { name: name.into(), kind, ..info.clone() });
    };
    for name in BUILT_IN.iter().copied().chain(schema.scalars.iter().map(String::as_str)).chain(["JSON"]) {
        register(name, Kind::Scalar);
    }
    for (index, ty) in part.inputs(schema) {
        register(&ty.name, Kind::Input(index));
    }
    for (index, ty) in part.objects(schema) {
        register(&ty.name, Kind::Object(index));
    }
    register("AgentEvent", Kind::AgentEvent);
    // A schema that mentions a type it does not define would end the process inside juniper.
    for field in part.query(schema).chain(part.mutation(schema)) {
        register_leaf(&mut register, &field.ty);
        field.arguments.iter().for_each(|argument| register_leaf(&mut register, &argument.ty));
    }
    for (_, ty) in part.inputs(schema).chain(part.objects(schema)) {
        ty.fields.iter().for_each(|field| register_leaf(&mut register, &field.ty));
    }
}

/// What literals are parsed by where their type is not known. Of a condition, an object can then be parsed as well.
fn register_for_literals(info: &Info, registry: &mut Registry<Scalar>) {
    for (name, kind) in
        [("Int", Kind::Scalar), ("Float", Kind::Scalar), ("String", Kind::Scalar), ("Boolean", Kind::Input(usize::MAX))]
    {
        registry.get_type::<Dynamic>(&Info { name: name.into(), kind, ..info.clone() });
    }
}

/// Types that are already known are left alone by the registry.
fn register_leaf(register: &mut impl FnMut(&str, Kind), ty: &TypeRef) {
    register(ty.name(), Kind::Scalar);
}

fn object(
    name: &ArcStr,
    description: Option<&str>,
    fields: impl Iterator<Item = meta::Field<Scalar>>,
) -> MetaType<Scalar> {
    let mut fields: Vec<_> = fields.collect();
    fields.push(field("__typename", None, non_null("String"), None));
    let mut object = ObjectMeta::new(name.clone(), &[]);
    object.fields = fields;
    object.description = description.map(|text| block_string(text).into());
    object.into_meta()
}

fn input(name: &ArcStr, ty: Option<&ObjectType>) -> MetaType<Scalar> {
    let mut object = InputObjectMeta::new::<AnyObject>(name.clone(), &[]);
    object.input_fields = ty
        .iter()
        .flat_map(|ty| &ty.fields)
        .map(|field| argument(&field.name, field.description.as_deref(), type_of(&field.ty), None))
        .collect();
    let description = ty.and_then(|ty| ty.description.as_deref());
    object.description = description.map(|text| block_string(text).into());
    object.into_meta()
}

fn root_field(root: &RootField) -> meta::Field<Scalar> {
    let arguments = root.arguments.iter().map(root_argument).collect::<Vec<_>>();
    let arguments = (!arguments.is_empty()).then_some(arguments);
    field(&root.name, root.description.as_deref(), type_of(&root.ty), arguments)
}

fn root_argument(root: &Argument) -> meta::Argument<Scalar> {
    // juniper prints an enum value as it is, which makes introspection show the same text as the SDL.
    let default = root.default.as_ref().map(|value| InputValue::Enum(value.to_json().to_string()));
    argument(&root.name, None, type_of(&root.ty), default)
}

fn object_field(of: &ObjectField) -> meta::Field<Scalar> {
    field(&of.name, of.description.as_deref(), type_of(&of.ty), None)
}

fn agent_event_field() -> meta::Field<Scalar> {
    let id = argument("agentId", None, non_null("String"), None);
    field("agentEvent", None, non_null("AgentEvent"), Some(vec![id]))
}

fn agent_event() -> [meta::Field<Scalar>; 3] {
    [
        field("name", None, non_null("String"), None),
        field("data", None, Type::nullable("JSON"), None),
        field("timestamp", None, Type::nullable("String"), None),
    ]
}

fn field(
    name: &str,
    description: Option<&str>,
    ty: Type,
    arguments: Option<Vec<meta::Argument<Scalar>>>,
) -> meta::Field<Scalar> {
    meta::Field {
        name: name.into(),
        description: description.map(|text| block_string(text).into()),
        arguments,
        field_type: ty,
        deprecation_status: DeprecationStatus::Current,
    }
}

fn argument(
    name: &str,
    description: Option<&str>,
    ty: Type,
    default: Option<InputValue<Scalar>>,
) -> meta::Argument<Scalar> {
    meta::Argument {
        name: name.into(),
        description: description.map(|text| block_string(text).into()),
        arg_type: ty,
        default_value: default,
        deprecation_status: DeprecationStatus::Current,
    }
}

fn type_of(ty: &TypeRef) -> Type {
    match ty {
        TypeRef::Named(name) => Type::nullable(name.as_str()),
        TypeRef::List(inner) => type_of(inner).wrap_list(None),
        TypeRef::NonNull(inner) => type_of(inner).wrap_non_null(),
    }
}

fn non_null(name: &str) -> Type {
    Type::nullable(name).wrap_non_null()
}
