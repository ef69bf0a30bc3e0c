#pragma once

#include <memory>
#include <type_traits>
#include <utility>

namespace tenure {

template <class Signature>
class FunctionRef;

/// Non-owning reference to a callable: two words, no allocation. Valid while the callable lives.
template <class Result, class... Args>
class FunctionRef<Result(Args...)> {
 public:
  template <class Callable>
  requires(!std::is_same_v<std::remove_cvref_t<Callable>, FunctionRef> &&
           std::is_invocable_r_v<Result, Callable&, Args...>)
      // A view converts, like string_view; copies are excluded above.
      FunctionRef(Callable&& callable)  // NOLINT
      : object_(const_cast<void*>(static_cast<const void*>(std::addressof(callable)))),
        call_([](void* object, Args... args) -> Result {
          auto& target =
              *static_cast<std::add_pointer_t<std::remove_reference_t<Callable>>>(object);
          if constexpr (std::is_void_v<Result>) {
            target(std::forward<Args>(args)...);  // whatever it returns is not wanted
          } else {
            return target(std::forward<Args>(args)...);
          }
        }) {}

  Result operator()(Args... args) const { return call_(object_, std::forward<Args>(args)...); }

 private:
  void* object_;
  Result (*call_)(void*, Args...);
};

}  // namespace tenure
