"""Examples of the docstrings and of docs/PYTHON.md run, and the stubs say what the code has."""

import ast
import doctest
import importlib
import inspect
import re

import pytest

import tenure
from conftest import ORDERS, SOURCE
from tenure import recommend

IMPLICIT_NAMES = ["alpha", "iterations", "num_threads", "random_state"]
MODULES = ["tenure", "tenure.recommend", "tenure.customers", "tenure.simulation", "tenure.log"]


@pytest.mark.parametrize("name", MODULES)
def test_examples_of_docstrings(name, orders_csv):
    module = importlib.import_module(name)
    result = doctest.testmod(module, optionflags=doctest.NORMALIZE_WHITESPACE)
    assert result.failed == 0
    assert result.attempted > 0 or name == "tenure"


def without_ends(text):
    return "".join(line.rstrip() + "\n" for line in text.splitlines())


def test_examples_of_the_guide(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "orders.csv").write_text(ORDERS)
    (tmp_path / "datasets").symlink_to(SOURCE / "datasets")
    text = (SOURCE / "docs/PYTHON.md").read_text()
    blocks = re.findall(r"```python\n(.*?)```", text, flags=re.DOTALL)
    assert len(blocks) >= 5
    names = {}
    for block in blocks:
        exec(compile(block, "docs/PYTHON.md", "exec"), names)
    printed = without_ends(capsys.readouterr().out)
    for shown in re.findall(r"```text\n(.*?)```", text, flags=re.DOTALL):
        assert without_ends(shown) in printed


def stub(name):
    path = importlib.import_module(name).__file__
    return ast.parse(open(path + "i").read())


def parameters_of(node):
    arguments = node.args
    positional = [a.arg for a in arguments.posonlyargs + arguments.args]
    keyword = [a.arg for a in arguments.kwonlyargs]
    defaults = [None] * (len(positional) - len(arguments.defaults)) + arguments.defaults
    values = defaults + arguments.kw_defaults
    return {
        parameter: ast.literal_eval(value) if value is not None else inspect.Parameter.empty
        for parameter, value in zip(positional + keyword, values)
    }


def parameters_of_code(function):
    return {
        name: parameter.default
        for name, parameter in inspect.signature(function).parameters.items()
        if parameter.kind is not inspect.Parameter.VAR_KEYWORD
    }


@pytest.mark.parametrize("name", MODULES[1:])
def test_stubs_have_the_parameters_and_defaults_of_the_code(name):
    module = importlib.import_module(name)
    checked = 0
    for node in stub(name).body:
        if isinstance(node, ast.FunctionDef):
            assert parameters_of(node) == parameters_of_code(getattr(module, node.name)), node.name
            checked += 1
        if not isinstance(node, ast.ClassDef):
            continue
        cls = getattr(module, node.name)
        for method in node.body:
            if not isinstance(method, ast.FunctionDef):
                continue
            found = inspect.getattr_static(cls, method.name)
            checked += 1
            if isinstance(found, property):
                assert [ast.unparse(d) for d in method.decorator_list] == ["property"], method.name
            elif not (name == "tenure.recommend" and method.name == "__init__"):
                found = getattr(found, "__func__", found)
                assert parameters_of(method) == parameters_of_code(found), method.name
    assert checked > 3


@pytest.mark.parametrize("name", MODULES[1:])
def test_stubs_name_everything_public(name):
    module = importlib.import_module(name)
    tree = stub(name)
    told = {node.name for node in tree.body if isinstance(node, (ast.ClassDef, ast.FunctionDef))}
    assert set(module.__all__) <= told
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            own = vars(getattr(module, node.name))
            public = {
                key for key, value in own.items()
                if not key.startswith("_") and (callable(value) or isinstance(value, property))
            }
            assert public <= {each.name for each in node.body if isinstance(each, ast.FunctionDef)}


def test_stubs_of_models_name_every_option_with_its_default():
    classes = {node.name: node for node in stub("tenure.recommend").body if isinstance(node, ast.ClassDef)}
    for cls in recommend._CLASSES.values():
        init = next(n for n in classes[cls.__name__].body if isinstance(n, ast.FunctionDef))
        told = parameters_of(init)
        told.pop("self")
        for name in IMPLICIT_NAMES if cls is recommend.IALS else ():
            assert told.pop(name) in (1.0, None)
        assert told == parameters_of_code(cls), cls.__name__


def test_the_package_tells_its_version():
    assert re.search(rf"VERSION {re.escape(tenure.__version__)}", (SOURCE / "CMakeLists.txt").read_text())
