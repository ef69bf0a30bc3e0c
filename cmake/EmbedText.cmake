# Text files as constants of a C++ source: NAME.EXT becomes tenure::report::kName_ext-like views,
# `page_part_<NAME with underscores>`.
# -DOUTPUT=file.cpp -DPARTS=list of files
set(source "#include <string_view>\n\nnamespace tenure::report {\n\n")
foreach(part IN LISTS PARTS)
  get_filename_component(name "${part}" NAME)
  string(MAKE_C_IDENTIFIER "${name}" identifier)
  file(READ "${part}" text)
  string(FIND "${text}" ")TENURE\"" clash)
  string(FIND "${text}" "</script" ends_script)
  if(NOT clash EQUAL -1 OR NOT ends_script EQUAL -1)
    message(FATAL_ERROR "${part} holds )TENURE\" or </script, which would end what it stands in")
  endif()
  string(LENGTH "${text}" length)
  if(length EQUAL 0)
    message(FATAL_ERROR "${part} is empty")
  endif()
  string(APPEND source "extern const std::string_view page_part_${identifier};\n"
    "const std::string_view page_part_${identifier} = R\"TENURE(${text})TENURE\";\n\n")
endforeach()
file(WRITE "${OUTPUT}" "${source}}  // namespace tenure::report\n")
