#pragma once

// Names of the option parser for headers: its own header is dear to compile.
namespace CLI {
class App;
class Option;
}  // namespace CLI
