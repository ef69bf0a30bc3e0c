#include <tenure/core/version.hpp>

#include <iostream>

int main() { std::cout << "tenure " << tenure::version() << '\n'; }
